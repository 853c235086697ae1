"""The interface of an engine."""

from typing import Protocol

from torch import Tensor

from model.network import DenseOutput


class EngineUnavailable(ValueError):
    """The engine asked for is unknown, not installed, or does not run on the device."""


class Engine(Protocol):
    """Runs the network; ``name`` is what a result calls it.

    An engine serves one call at a time. Its maps may differ from those of the reference engine
    (``torch``) by rounding; the counts of both are compared in ``tests/unit/inference/engines``.
    """

    name: str

    def __call__(self, images_nchw_f32: Tensor) -> DenseOutput:
        """The maps, float32 and on the images' device, of normalised images whose sides are multiples of 32."""
        ...
