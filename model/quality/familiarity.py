"""How far a field is from those that the network learnt from, by what it looks like as a whole."""

import base64
import binascii
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from model.config import EMBEDDING_CHANNELS

FEATURES = 2 * EMBEDDING_CHANNELS
"""Numbers that describe a field: mean and standard deviation of each channel of the embedding."""

_AXES = 16
"""Directions in which fields of one source vary most; in all others they are taken to vary alike."""

_SHRINKING = 0.1
"""Share of the mean variance in each direction's own (Ledoit and Wolf, J Multivar Anal 2004;88:365-411)."""

_LEAST_UNIT = 0.2
"""Of the median channel's spread: a channel that hardly varies would make every other field infinitely far."""


@dataclass(frozen=True, slots=True)
class FamiliaritySettings:
    """Where the fields that taught the network lie, as a manifest carries it.

    ``sources`` names the means; ``numbers`` is base64 of 16-bit floats, little-endian: centre and unit of each feature,
    the axes, their variances, the variance in all other directions, and the means of the sources, all in these units.
    """

    sources: tuple[str, ...]
    axes: int
    numbers: str

    def __post_init__(self) -> None:
        """Refuse what cannot be unpacked."""
        Familiarity.unpacked(self)

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """The settings in a manifest.

        Raises:
            ValueError: They hold too few numbers, or other than finite ones.
        """
        return cls(tuple(values["sources"]), int(values["axes"]), values["numbers"])


@dataclass(frozen=True, slots=True, eq=False)
class Familiarity:
    """Mahalanobis distance to the nearest source (Lee et al. 2018, arXiv 1807.03888), with a shrunk covariance.

    ``centre`` and ``unit`` (F) bring features to one unit; ``axes`` (K x F, orthonormal) with ``variances`` (K) and
    ``rest_variance`` are the covariance within sources; ``means`` is sources x F.
    """

    centre: NDArray[np.float64]
    unit: NDArray[np.float64]
    axes: NDArray[np.float64]
    variances: NDArray[np.float64]
    rest_variance: float
    means: NDArray[np.float64]
    sources: tuple[str, ...]

    def distance(self, features: NDArray[np.float32]) -> float:
        """About 1 for a field like those learnt from, more the stranger it is: root mean square over the features."""
        apart = (features - self.centre) / self.unit - self.means
        along = apart @ self.axes.T
        beside = (apart**2).sum(axis=1) - (along**2).sum(axis=1)
        squared = (along**2 / self.variances).sum(axis=1) + beside.clip(min=0) / self.rest_variance
        return math.sqrt(float(squared.min()) / len(self.centre))

    @classmethod
    def fitted(cls, features: NDArray[np.float32], sources: Sequence[str]) -> Self:
        """The familiarity of fields: their features (fields x F) and the source of each."""
        names = tuple(sorted(set(sources)))
        belongs = np.array([names.index(source) for source in sources])
        means = np.stack([features[belongs == index].mean(axis=0, dtype=float) for index in range(len(names))])
        within = features - means[belongs]
        spread = within.std(axis=0)
        unit = np.maximum(spread, _LEAST_UNIT * np.median(spread)) + 1e-6
        values, vectors = np.linalg.eigh(np.cov((within / unit).T))
        kept = min(_AXES, len(values) - 1)
        variances = (1 - _SHRINKING) * values[-kept:] + _SHRINKING * values.mean()
        rest = (1 - _SHRINKING) * values[:-kept].mean() + _SHRINKING * values.mean()
        centre = means.mean(axis=0)
        return cls(centre, unit, vectors[:, -kept:].T, variances, float(rest), (means - centre) / unit, names)

    def packed(self) -> FamiliaritySettings:
        """The same as a manifest carries it."""
        parts = (self.centre, self.unit, self.axes, self.variances, [self.rest_variance], self.means)
        numbers = np.concatenate([np.ravel(part) for part in parts]).astype("<f2")
        return FamiliaritySettings(self.sources, len(self.axes), base64.b64encode(numbers.tobytes()).decode())

    @classmethod
    def unpacked(cls, settings: FamiliaritySettings) -> Self:
        """The familiarity that settings hold.

        Raises:
            ValueError: They hold too few numbers, or other than finite ones.
        """
        try:
            numbers = np.frombuffer(base64.b64decode(settings.numbers, validate=True), dtype="<f2").astype(float)
        except (binascii.Error, ValueError) as error:
            raise ValueError(f"its familiarity holds no numbers ({error})") from error
        count, axes = len(settings.sources), settings.axes
        lengths = (FEATURES, FEATURES, axes * FEATURES, axes, 1, count * FEATURES)
        if not count or axes < 1 or len(numbers) != sum(lengths) or not np.isfinite(numbers).all():
            raise ValueError(f"its familiarity holds {len(numbers)} numbers for {count} sources, or not finite ones")
        centre, unit, directions, variances, rest, means = np.split(numbers, np.cumsum(lengths)[:-1])
        if min(unit.min(), variances.min(), rest.min()) <= 0:
            raise ValueError("its familiarity holds a spread that is not above 0")
        shaped = directions.reshape(axes, FEATURES), means.reshape(count, FEATURES)
        return cls(centre, unit, shaped[0], variances, float(rest[0]), shaped[1], settings.sources)
