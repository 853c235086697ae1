"""The engine for graphics cards: bfloat16, channels last, and CUDA graphs.

At the size of one field the card computes faster than Python can launch its kernels; a CUDA graph
launches all of them at once. A graph holds for one shape, so the last few shapes' graphs are kept.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from model.network import DenseOutput

_MOST_GRAPHS = 16
"""Shapes whose graphs are kept; each keeps its own input and shares its working memory with the others."""

_WARM_UP_RUNS = 3
"""Runs before a capture, in which cuDNN chooses its algorithms and allocates what a graph may not."""


class _Captured(NamedTuple):
    """One shape's graph: fill ``images``, replay, and read ``outputs`` before any other replay."""

    images: Tensor
    outputs: tuple[Tensor, ...]
    replay: Callable[[], None]


class CudaEngine:
    """The network in bfloat16 on one card; its maps are float32 and differ from the reference's in the third digit."""

    name = "cuda-bf16"

    def __init__(self, network: nn.Module, device: torch.device, *, use_graphs: bool = True) -> None:
        """Move a network in evaluation mode to the device, in place.

        Without graphs it runs on any device, which is how it is tested where no card is.
        """
        self._network = network.to(device=device, dtype=torch.bfloat16).to(memory_format=torch.channels_last)
        self._graphs: OrderedDict[torch.Size, _Captured] | None = OrderedDict() if use_graphs else None
        # One pool for all: graphs run one after another, and outputs are copied before the next one runs.
        self._pool = torch.cuda.graph_pool_handle() if use_graphs else None

    def __call__(self, images_nchw_f32: Tensor) -> DenseOutput:
        """The maps, computed in bfloat16."""
        with torch.inference_mode():
            images = images_nchw_f32.to(dtype=torch.bfloat16, memory_format=torch.channels_last)
            if self._graphs is None:
                outputs = tuple(self._network(images))
            else:
                captured = self._captured(images, self._graphs)
                captured.images.copy_(images)
                captured.replay()
                outputs = tuple(output.clone() for output in captured.outputs)
            return DenseOutput(*(output.float() for output in outputs))

    def _captured(self, images: Tensor, graphs: OrderedDict[torch.Size, _Captured]) -> _Captured:
        """The graph of this shape, captured when it is new; the one unused longest makes room."""
        found = graphs.get(images.shape)
        if found is None:
            while len(graphs) >= _MOST_GRAPHS:
                graphs.popitem(last=False)
            found = graphs[images.shape] = self._capture(images)
        graphs.move_to_end(images.shape)
        return found

    def _capture(self, example: Tensor) -> _Captured:
        images = example.clone(memory_format=torch.channels_last)
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(_WARM_UP_RUNS):
                self._network(images)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        # Other threads go on using the card meanwhile, decoding their images' maps: only this one's calls are captured.
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            outputs = tuple(self._network(images))
        return _Captured(images, outputs, graph.replay)
