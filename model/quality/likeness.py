"""How much a picture is like a stained smear: one number from a few measures, each with a weight learnt from data."""

import math
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from model.quality.measures import FieldMeasures

EVIDENCE = ("distance", "red_cells", "score", "clutter", "redness", "contrast")
"""What is weighed, in the order of ``evidence_of``."""

_RIDGE = 0.05
"""Keeps weights finite where smears and other pictures lie wholly apart."""

_NEWTON_STEPS = 30
_FARTHEST = 10.0
"""Distances beyond this tell nothing more; smears of laboratories never seen lie below 4."""


@dataclass(frozen=True, slots=True)
class LikenessSettings:
    """Weights of the evidence, the number that they are added to, and the likeness (0..1) from which it is a smear."""

    distance: float
    red_cells: float
    score: float
    clutter: float
    redness: float
    contrast: float
    bias: float
    least: float

    def __post_init__(self) -> None:
        """Refuse what decides nothing.

        Raises:
            ValueError: A weight is no finite number, or the limit lies outside 0 to 1.
        """
        for field in fields(self):
            if not math.isfinite(getattr(self, field.name)):
                raise ValueError(f"its weight {field.name} is {getattr(self, field.name)}, not a finite number")
        if not 0 < self.least < 1:
            raise ValueError(f"its least likeness is {self.least}, it lies between 0 and 1")

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """The settings in a manifest."""
        return cls(**{name: float(value) for name, value in values.items()})

    def likeness(self, measures: FieldMeasures, distance: float) -> float:
        """0..1: how much a picture with these measures is like a smear."""
        weights = np.array([getattr(self, name) for name in EVIDENCE])
        return _sigmoid(float(weights @ evidence_of(measures, distance)) + self.bias)


def evidence_of(measures: FieldMeasures, distance: float) -> NDArray[np.float64]:
    """The measures that tell a smear, each on a scale of about 1; what is undefined speaks for no smear.

    Colours are those of cells against their background, so that light and exposure do not matter.
    """
    return np.array(
        [
            min(distance, _FARTHEST),
            math.log1p(measures.red_cells_per_100 or 0.0) / 2,
            2 * (measures.red_cell_score or 0.0),
            2 * (1.0 if measures.cluttered_share is None else measures.cluttered_share),
            min(2.0, 4 * max(0.0, (measures.cell_redness or 1.0) - 1)),
            min(1.0, 4 * max(0.0, measures.cell_contrast or 0.0)),
        ]
    )


def fit_likeness(
    smears: NDArray[np.float64], others: NDArray[np.float64], faulty: NDArray[np.float64] | None = None
) -> LikenessSettings:
    """Weights and limit that tell smears from other pictures, from the evidence of each (pictures x evidence).

    A logistic regression in which both kinds count the same. The limit is that with the fewest errors of both kinds
    together, and midway between its two neighbours. ``faulty`` smears teach the weights and not the limit: some are
    past recognising.
    """
    faulty = smears[:0] if faulty is None else faulty
    points = np.concatenate([smears, faulty, others])
    is_smear = np.arange(len(points)) < len(points) - len(others)
    share = np.where(is_smear, 0.5 / is_smear.sum(), 0.5 / len(others))
    design = np.column_stack([points, np.ones(len(points))])
    penalty = _RIDGE * np.diag([1.0] * len(EVIDENCE) + [0.0]) / 10
    weights = np.zeros(design.shape[1])
    for _ in range(_NEWTON_STEPS):
        told = 1 / (1 + np.exp(-(design @ weights).clip(-30, 30)))
        gradient = design.T @ (share * (told - is_smear)) + penalty @ weights
        curvature = (design * (share * told * (1 - told))[:, None]).T @ design + penalty + 1e-9 * np.eye(len(weights))
        weights -= np.linalg.solve(curvature, gradient)
    logits = design @ weights
    least = _sigmoid(_best_limit(logits[: len(smears)], logits[~is_smear]))
    parts = dict(zip((*EVIDENCE, "bias"), np.round(weights, 4).tolist(), strict=True))
    return LikenessSettings(**parts, least=round(min(max(least, 1e-4), 1 - 1e-4), 4))


def _best_limit(smears: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    values = np.unique(np.concatenate([smears, others]))
    limits = (values[1:] + values[:-1]) / 2
    errors = [(smears < limit).mean() + (others >= limit).mean() for limit in limits]
    fewest = np.flatnonzero(np.isclose(errors, min(errors)))
    widest = max(fewest.tolist(), key=lambda index: values[index + 1] - values[index])
    return float(limits[widest])


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-min(max(value, -30.0), 30.0)))
