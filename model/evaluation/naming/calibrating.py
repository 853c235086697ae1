"""Choosing temperature and working confidence of both kinds of cell on the fields that calibrate."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.classes import CellClass
from model.data.packed import PackedField
from model.decoding import NamingSettings
from model.evaluation.naming.calibration import (
    LEAST_NAMED,
    NAMES_NOTHING,
    WANTED_ACCURACY,
    NothingToCalibrateOn,
    Values,
    choose_confidence,
    fit_temperature,
    negative_log_likelihood,
    probabilities_of,
)
from model.evaluation.naming.labels import PLATELET, RED_NAMES, WHITE_NAMES
from model.evaluation.naming.named_cells import tied_cells
from model.evaluation.naming.reliability import expected_calibration_error
from model.evaluation.predictions import Progress, image_size_of
from model.inference import CellCounter
from model.red_type_rarity import red_type_log_weights

_NAMES = {
    CellClass.WHITE_BLOOD_CELL: tuple(name for name in WHITE_NAMES if name != PLATELET),
    CellClass.RED_BLOOD_CELL: RED_NAMES,
}
"""By kind of cell what its logits stand for, white ones first (``CellNaming.logits``)."""

_ACCEPTED_ACCURACY = {CellClass.WHITE_BLOOD_CELL: 0.97, CellClass.RED_BLOOD_CELL: 0.85}
"""Of the cells named, where the accuracy wanted cannot be had. Below it a differential does more harm than good; of
red cells' types people agree less among themselves."""

_NO_NAME = -1


@dataclass(frozen=True, slots=True)
class CalibrationCells:
    """N found cells of one kind: ``logits`` N x K and ``labels`` N, -1 where it is none of the K (a platelet)."""

    logits: Values
    labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The settings chosen, and on what, with figures before and after."""

    settings: NamingSettings
    record: dict[str, Any]


def calibrate(counter: CellCounter, fields: Sequence[PackedField], progress: Progress) -> Calibration:
    """Count the fields and choose the settings.

    Raises:
        NothingToCalibrateOn: No field has a cell of known name that was found.
        RefusedField: The pipeline could not read an image.
        OSError: A full-size image is no longer where the data set was built from.
    """
    cells = count_calibration_cells(counter, fields, progress)
    log_weights = red_type_log_weights()
    red_cells = cells[CellClass.RED_BLOOD_CELL]
    cells[CellClass.RED_BLOOD_CELL] = replace(red_cells, logits=red_cells.logits - np.array(log_weights))
    white, red = (choose(cells[kind], _ACCEPTED_ACCURACY[kind]) for kind in _NAMES)
    if not white["cells"] + red["cells"]:
        raise NothingToCalibrateOn("no cell of known name was found in the fields that calibrate; take more fields")
    settings = NamingSettings(
        white_temperature=white["temperature"],
        red_temperature=red["temperature"],
        white_confidence=white["confidence"],
        red_confidence=red["confidence"],
        red_log_weights=log_weights,
    )
    by_source = dict(sorted(Counter(field.source for field in fields).items()))
    return Calibration(settings, {"fields": by_source, "white": white, "red": red})


def count_calibration_cells(
    counter: CellCounter, fields: Sequence[PackedField], progress: Progress
) -> dict[CellClass, CalibrationCells]:
    """The found cells of known name, by the class that they were found as.

    Raises:
        RefusedField: The pipeline could not read an image.
        OSError: A full-size image is no longer where the data set was built from.
    """
    logits: dict[CellClass, list[NDArray[np.float32]]] = {kind: [] for kind in _NAMES}
    labels: dict[CellClass, list[int]] = {kind: [] for kind in _NAMES}
    for done, field in enumerate(fields, start=1):
        counted = counter.count_with_logits(Path(field.original_path).read_bytes())
        image_size_of(field, counted.result)
        for reference, place in tied_cells(field, counted.result.cells):
            kind = None if place is None else counted.result.cells[place].cell_class
            if place is not None and kind in _NAMES:
                logits[kind].append(counted.name_logits[place][_columns(kind)])
                labels[kind].append(_NAMES[kind].index(reference.name) if reference.name in _NAMES[kind] else _NO_NAME)
        progress(done, len(fields))
    return {
        kind: CalibrationCells(
            np.array(logits[kind], dtype=np.float64).reshape(-1, len(names)), np.array(labels[kind], dtype=np.int64)
        )
        for kind, names in _NAMES.items()
    }


def choose(cells: CalibrationCells, accepted_accuracy: float) -> dict[str, Any]:
    """Temperature and working confidence of one kind of cell, with figures on these same cells before and after.

    A cell that is none of the names has no part in the temperature, and is wrong whatever it is called. Without any
    cell the temperature is 1, nothing is named, and the record shows 0 cells.
    """
    has_name = cells.labels != _NO_NAME
    if not has_name.any():
        return {"cells": 0, "temperature": 1.0, "confidence": NAMES_NOTHING}
    logits, labels = cells.logits[has_name], cells.labels[has_name]
    temperature = fit_temperature(logits, labels)
    is_right = cells.logits.argmax(axis=1) == cells.labels
    before, after = (probabilities_of(cells.logits, value).max(axis=1) for value in (1.0, temperature))
    confidence = choose_confidence(after, is_right, accepted_accuracy=accepted_accuracy)
    is_named = after >= confidence
    once = np.ones((1, len(is_right)))
    return {
        "cells": len(is_right),
        "temperature": temperature,
        "confidence": confidence,
        "wanted": {
            "accuracy_of_named": WANTED_ACCURACY,
            "named_share": LEAST_NAMED,
            "accepted_accuracy": accepted_accuracy,
        },
        "accuracy": float(is_right.mean()),
        "named_share": float(is_named.mean()),
        "accuracy_of_named": float(is_right[is_named].mean()) if is_named.any() else None,
        "negative_log_likelihood": [negative_log_likelihood(logits, labels, value) for value in (1.0, temperature)],
        "expected_calibration_error": [
            float(expected_calibration_error(value, is_right, once)[0]) for value in (before, after)
        ],
    }


def _columns(kind: CellClass) -> slice:
    white = len(_NAMES[CellClass.WHITE_BLOOD_CELL])
    return slice(0, white) if kind is CellClass.WHITE_BLOOD_CELL else slice(white, None)
