"""Learning the gate's limits from fields of every source and from pictures that are no smears."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.evaluation.gate_observing import Change, Observation
from model.quality import Familiarity, GateSettings, evidence_of, fit_likeness

_TAIL = 0.01
"""Share of the fields learnt from that lies beyond each limit on one side: some of them are faulty themselves."""

_MARGIN = 1.05
_FAR_TOO_FEW = 0.5
"""Of the red cells in the thinnest fields learnt from: those are thin, and can be counted."""

_MOST_UNFAMILIAR = 0.005
_LEAST_CLIPPED = 0.02
"""No field learnt from may have a white pixel, and one or two in a hundred hide no cell."""

_FOLDS = 4
_TOLD = ("red_cells_per_100", "cluttered_share")
"""Measures that a refusal tells where they are unusual."""

Limits = tuple[float, float]


def learn_gate(fields: Sequence[Observation], others: Sequence[Observation]) -> GateSettings:
    """The limits: warnings by the fields as photographed, likeness by all that was seen.

    A field's distance is measured from the other three quarters of the fields, as that of a new field will be; each
    field also speaks as one of a laboratory never seen, at its distance from the other sources alone.
    """
    clean = [field for field in fields if field.change is not Change.FAULTED]
    faulted = [field for field in fields if field.change is Change.FAULTED]
    plain = [field for field in fields if field.change is Change.NONE]
    familiarity = fitted(clean)
    apart = _distances_between_folds(clean)
    smears = [evidence_of(field.measures, distance) for field, distance in zip(clean, apart, strict=True)]
    smears += [evidence_of(field.measures, distance) for field, distance in zip(clean, left_out(clean), strict=True)]
    faulty = [evidence_of(field.measures, familiarity.distance(field.features)) for field in faulted]
    strangers = [evidence_of(other.measures, familiarity.distance(other.features)) for other in others]
    return GateSettings(
        most_edge_width_px=_high(plain, "edge_width_px"),
        least_background_brightness=_low(plain, "background_brightness"),
        most_clipped_share=max(_LEAST_CLIPPED, _high(plain, "clipped_share")),
        background_red_to_green=(_low(plain, "background_red_to_green"), _high(plain, "background_red_to_green")),
        background_blue_to_green=(_low(plain, "background_blue_to_green"), _high(plain, "background_blue_to_green")),
        most_covered_share=_high(plain, "covered_share"),
        most_overlapping_share=_high(plain, "overlapping_share"),
        least_red_cells_per_100=round(_FAR_TOO_FEW * _low(plain, "red_cells_per_100"), 4),
        most_distance=round(float(np.quantile(apart, 1 - _MOST_UNFAMILIAR)) * _MARGIN, 4),
        likeness=fit_likeness(np.stack(smears), np.stack(strangers), np.stack(faulty) if faulty else None),
        familiarity=familiarity.packed(),
        usual={"distance": _of(apart), **{name: _middle(clean, name) for name in _TOLD}},
        learnt_from=_tally(plain, others),
    )


def fitted(fields: Sequence[Observation]) -> Familiarity:
    """The familiarity of these fields."""
    return Familiarity.fitted(np.stack([field.features for field in fields]), [field.source for field in fields])


def left_out(fields: Sequence[Observation]) -> NDArray[np.float64]:
    """Of each field, the distance from the fields of all other sources."""
    distances = np.zeros(len(fields))
    laboratories = np.array([field.source for field in fields])
    for laboratory in np.unique(laboratories):
        is_left_out = laboratories == laboratory
        known = fitted([field for field, out in zip(fields, is_left_out, strict=True) if not out])
        for index in np.flatnonzero(is_left_out).tolist():
            distances[index] = known.distance(fields[index].features)
    return distances


def _distances_between_folds(fields: Sequence[Observation]) -> NDArray[np.float64]:
    """Of each field, the distance from the fields of the other folds; copies of one field lie in one fold."""
    names = sorted({field.name for field in fields})
    fold = np.array([names.index(field.name) % _FOLDS for field in fields])
    distances = np.zeros(len(fields))
    for left in range(_FOLDS):
        known = fitted([field for field, part in zip(fields, fold.tolist(), strict=True) if part != left])
        for index in np.flatnonzero(fold == left).tolist():
            distances[index] = known.distance(fields[index].features)
    return distances


def _values(fields: Sequence[Observation], name: str) -> NDArray[np.float64]:
    values = [getattr(field.measures, name) for field in fields]
    return np.array([value for value in values if value is not None], dtype=float)


def _high(fields: Sequence[Observation], name: str) -> float:
    return round(float(np.quantile(_values(fields, name), 1 - _TAIL)) * _MARGIN, 4)


def _low(fields: Sequence[Observation], name: str) -> float:
    return round(float(np.quantile(_values(fields, name), _TAIL)) / _MARGIN, 4)


def _middle(fields: Sequence[Observation], name: str) -> Limits:
    return _of(_values(fields, name))


def _of(values: NDArray[np.float64]) -> Limits:
    low, high = np.quantile(values, (_TAIL, 1 - _TAIL)).tolist()
    return round(low, 4), round(high, 4)


def _tally(fields: Sequence[Observation], others: Sequence[Observation]) -> dict[str, int]:
    sources = [field.source for field in fields]
    return {**{source: sources.count(source) for source in sorted(set(sources))}, "no smears": len(others)}
