"""Filling in, with a detector, what the publishers of a packed set did not label; reported and checked."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from model.config import RED_CELL_DIAMETER_PX
from model.data.building import REPORT_FILE
from model.data.building_report import label_table, sizes
from model.data.detections import DETECTIONS_FILE, FieldDetections, detection_line, read_detections
from model.data.packed import IMAGE_FOLDER, PackedField, read_index, write_index
from model.data.packing import scaled_point, write_image
from model.data.splits import Split
from model.evaluation.filling import SureScores, fill_field, needs_filling
from model.evaluation.pseudo_label_check import CHECKED_SOURCE, CHECKED_SPLITS, check_against_truth, count_filled
from model.inference import CellCounter
from model.inference.scale_limits import RED_CELL_DIAMETER_UM

Progress = Callable[[int, int], None]

_USUAL_DIAMETER_PX = (30.0, 80.0)
"""Of the red cells found at the network's scale; a median beyond these is a mistake and leaves the field's scale."""


def pseudo_label(
    dataset: Path,
    counter: CellCounter,
    progress: Progress = lambda _done, _total: None,
    *,
    minutes: float | None = None,
) -> dict[str, Any]:
    """Fill the partly labelled training fields of a packed set, in place, and return the report's new section.

    Each field is looked at once, at its packed scale. What is found is written to detections.jsonl as it comes, so
    that a run that ``minutes`` or anything else ended goes on where it stopped; fields not yet counted stay partial.

    Raises:
        PackedSetError: The folder is no packed set.
        DetectionsOfOtherWeights: An earlier run used other weights.
        OSError: A full-size image is no longer where the data set was built from.
    """
    fields = read_index(dataset)
    wanted = sorted((field for field in fields if needs_filling(field) or _is_checked(field)), key=_turn)
    found = read_detections(dataset, counter.weights.sha256)
    already = sum(field.key in found for field in wanted)
    ends = None if minutes is None else time.monotonic() + 60 * minutes
    _count(dataset, counter, [field for field in wanted if field.key not in found], ends, progress)
    found = read_detections(dataset, counter.weights.sha256)
    scores = SureScores.of(counter.settings.thresholds)
    weights = f"{counter.weights.name}-{counter.weights.version}"
    filled = [
        fill_field(_at_own_scale(field, found[field.key], dataset), found[field.key], weights, scores)
        if needs_filling(field) and field.key in found
        else field
        for field in fields
    ]
    write_index(dataset, filled)
    section = {
        "weights": weights,
        "weights_sha256": counter.weights.sha256,
        "sure_scores": list(scores.sure),
        "doubtful_scores": list(scores.doubtful),
        "fields_counted_earlier": already,
        "fields_not_counted": sum(needs_filling(field) for field in filled),
        "filled": count_filled(filled),
        "check": check_against_truth(filled, found, scores),
    }
    _write_report(dataset, filled, section)
    return section


def _turn(field: PackedField) -> tuple[bool, bytes]:
    """The fairest check first, then all sources mixed, so that a run cut short has filled a fair part of each."""
    return field.split is not Split.TUNE, hashlib.sha256(field.key.encode()).digest()


def _is_checked(field: PackedField) -> bool:
    return field.source == CHECKED_SOURCE and field.split in CHECKED_SPLITS


def _count(
    dataset: Path, counter: CellCounter, fields: Sequence[PackedField], ends: float | None, progress: Progress
) -> None:
    """Append what is found in each field to the list; a refused image has no cells."""
    with (dataset / DETECTIONS_FILE).open("a") as file:
        for index, field in enumerate(fields):
            if ends is not None and time.monotonic() > ends:
                return
            um_per_px = RED_CELL_DIAMETER_UM * field.scale / RED_CELL_DIAMETER_PX
            image = Path(field.original_path).read_bytes()
            result = counter.count(
                image, min_score=min(SureScores.of(counter.settings.thresholds).doubtful), um_per_px=um_per_px
            )
            diameter = result.quality.get("red_cell_diameter_px")
            file.write(detection_line(field.key, counter.weights.sha256, diameter, result.cells))
            file.flush()
            progress(index + 1, len(fields))


def _at_own_scale(field: PackedField, found: FieldDetections, dataset: Path) -> PackedField:
    """The field packed again at the size of its own red cells, where so far only its source's was known."""
    diameter = found.red_cell_diameter_px
    low, high = _USUAL_DIAMETER_PX
    if field.class_indices or diameter is None or not low <= diameter * field.scale <= high:
        return field
    scale = RED_CELL_DIAMETER_PX / diameter
    size = write_image(Path(field.original_path), scale, dataset / IMAGE_FOLDER / field.file_name)
    ratio = scale / field.scale
    return replace(
        field,
        width=size.width,
        height=size.height,
        scale=scale,
        points=tuple(scaled_point(point, ratio) for point in field.points),
        ignored_xyxy_px=tuple(
            (x1 * ratio, y1 * ratio, x2 * ratio, y2 * ratio) for x1, y1, x2, y2 in field.ignored_xyxy_px
        ),
    )


def _write_report(dataset: Path, fields: Sequence[PackedField], section: dict[str, Any]) -> None:
    """Add the section to the build's report, and bring its tables of labels and bytes up to date."""
    path = dataset / REPORT_FILE
    report = json.loads(path.read_text()) if path.is_file() else {}
    report.setdefault("reduce", {}).update(sizes(fields, dataset))
    report.setdefault("integrate", {})["labels_after_pseudo_labels"] = label_table(fields)
    report["pseudo_labels"] = section
    path.write_text(json.dumps(report, indent=2) + "\n")
