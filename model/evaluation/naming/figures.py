"""All figures of one set of cells in one reading, JSON-ready."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.evaluation.bootstrap import RESAMPLES, draw_fields, interval
from model.evaluation.naming.labels import NOT_FOUND, UNIDENTIFIED, Reading
from model.evaluation.naming.named_cells import NamedCell
from model.evaluation.naming.reliability import accuracy_at_share, expected_calibration_error, reliability_bins
from model.evaluation.naming.resampled_rates import Names, Values, class_rates, macro_f1, share, share_right

NAMED_SHARE = 0.90
"""Of the cells: what the targets ask to be named."""

_RATES = ("precision", "recall", "f1")


@dataclass(frozen=True, slots=True)
class _Answers:
    """N cells of one reading, with their weights R x N; the first row counts every cell once."""

    names: Names
    answers: Names
    likeliest: Names
    probabilities: Values
    weights: Values

    @property
    def has_probability(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.probabilities)


def set_figures(cells: Sequence[NamedCell], reading: Reading, *, resamples: int = RESAMPLES) -> dict[str, Any]:
    """The figures of the cells whose reference name the reading judges.

    ``forced``: every cell found takes its likeliest name; on all cells, since no calibration changes which is
    likeliest. ``working`` and the figures of probabilities: only on cells that did not calibrate
    (``working_cells``); there *unidentified* is no right answer. A cell that was not found is wrong in all of them.
    ``figures`` that are None are undefined, and ``undefined`` says why.
    """
    judged = [_taken_as(cell, reading) for cell in cells if cell.name in reading.labels]
    apart = [cell for cell in judged if not cell.has_calibrated]
    everything, unseen = _answers(judged, resamples), _answers(apart, resamples)
    values = {**_forced_figures(everything, reading), **_working_figures(unseen, reading)}
    plain = {name: None if np.isnan(column[0]) else float(column[0]) for name, column in values.items()}
    return {
        "cells": len(judged),
        "working_cells": len(apart),
        "originals": len({cell.original for cell in judged}),
        "figures": plain,
        "intervals": {name: interval(column[1:]) for name, column in values.items()},
        "undefined": {name: _why_undefined(name, apart) for name, value in plain.items() if value is None},
        "forced": _by_class(everything.names, everything.likeliest, reading),
        "working": _by_class(unseen.names, unseen.answers, reading),
        "reliability": _bins(unseen),
    }


def _taken_as(cell: NamedCell, reading: Reading) -> NamedCell:
    return replace(
        cell,
        answer=reading.taken_as.get(cell.answer, cell.answer),
        likeliest=reading.taken_as.get(cell.likeliest, cell.likeliest),
    )


def _answers(cells: Sequence[NamedCell], resamples: int) -> _Answers:
    drawn = draw_fields([cell.original for cell in cells], resamples)
    return _Answers(
        names=np.array([cell.name for cell in cells], dtype=np.str_),
        answers=np.array([cell.answer for cell in cells], dtype=np.str_),
        likeliest=np.array([cell.likeliest for cell in cells], dtype=np.str_),
        probabilities=np.array([np.nan if cell.probability is None else cell.probability for cell in cells]),
        weights=np.concatenate([np.ones((1, len(cells))), drawn]),
    )


def _forced_figures(cells: _Answers, reading: Reading) -> dict[str, Values]:
    is_found, is_right = cells.likeliest != NOT_FOUND, cells.likeliest == cells.names
    rates = {label: class_rates(cells.names, cells.likeliest, label, cells.weights) for label in reading.labels}
    return {
        "found_share": share_right(is_found, cells.weights),
        "forced_accuracy": share_right(is_right, cells.weights),
        "forced_macro_f1": macro_f1(rates, len(cells.weights)),
        "forced_accuracy_of_found": share_right(is_right[is_found], cells.weights[:, is_found]),
    }


def _working_figures(cells: _Answers, reading: Reading) -> dict[str, Values]:
    rates = {label: class_rates(cells.names, cells.answers, label, cells.weights) for label in reading.labels}
    told = cells.has_probability
    weights, probabilities = cells.weights[:, told], cells.probabilities[told]
    is_right = (cells.likeliest == cells.names)[told]
    is_named = (cells.answers != UNIDENTIFIED)[told]
    return {
        "working_accuracy": share_right(cells.answers == cells.names, cells.weights),
        "working_macro_f1": macro_f1(rates, len(cells.weights)),
        "named_share": share_right(is_named, weights),
        "accuracy_of_named": share(weights @ (is_named & is_right).astype(float), weights @ is_named.astype(float)),
        "accuracy_at_90_percent_named": accuracy_at_share(probabilities, is_right, weights, NAMED_SHARE),
        "expected_calibration_error": expected_calibration_error(probabilities, is_right, weights),
    }


def _why_undefined(name: str, apart: Sequence[NamedCell]) -> str:
    if name.startswith(("forced", "found")):
        return "no reference cell is judged, or none of them was found"
    if not apart:
        return "every reference cell chose the temperature and the working confidence"
    return "no judged cell was found and named"


def _by_class(names: Names, answers: Names, reading: Reading) -> dict[str, Any]:
    """Rates by name, None where undefined, and how often each name (row) was answered with each answer (column)."""
    once = np.ones((1, len(names)))
    columns = [*reading.answers, UNIDENTIFIED, NOT_FOUND]
    classes = {}
    for label in reading.labels:
        rates = [float(rate[0]) for rate in class_rates(names, answers, label, once)]
        known = {name: None if np.isnan(rate) else rate for name, rate in zip(_RATES, rates, strict=True)}
        classes[label] = {"cells": int((names == label).sum()), **known}
    confusion = [[int(((names == row) & (answers == column)).sum()) for column in columns] for row in reading.labels]
    return {"classes": classes, "rows": list(reading.labels), "columns": columns, "confusion": confusion}


def _bins(cells: _Answers) -> list[dict[str, Any]]:
    told = cells.has_probability
    return reliability_bins(cells.probabilities[told], (cells.likeliest == cells.names)[told])
