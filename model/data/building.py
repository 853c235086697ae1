"""The paper's data steps: clean, integrate, transform, reduce; each reported with numbers."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.config import RED_CELL_DIAMETER_PX
from model.data.building_report import build_report
from model.data.cleaning import clean_fields
from model.data.duplicates import group_duplicates, group_identical
from model.data.fields import AnnotatedField
from model.data.packed import IMAGE_FOLDER, PackedField, write_index
from model.data.packing import pack_field
from model.data.reducing import CELLS_A_KIND, reduce_fields
from model.data.scale import diameters_px
from model.data.sources import find_sources, read_sources, stray_files
from model.data.splits import Split, split_of

REPORT_FILE = "report.json"
_SOURCE_PREFERENCE = ("txl-pbc", "deep-bio-net", "bccd", "chula-rbc-12", "pbc-acevedo")
"""Where two sources show one picture, the better labelled copy stays."""

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class BuildSteps:
    """What the steps of one build started from and left, for its report."""

    sources: list[tuple[str, Path]]
    read: list[AnnotatedField]
    strays: dict[str, dict[str, int]]
    dropped: Counter[str] = field(default_factory=Counter)
    integrated: list[AnnotatedField] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    packed: list[PackedField] = field(default_factory=list)
    diameters_px: list[float] = field(default_factory=list)


def build_dataset(
    folders: Sequence[Path],
    out: Path,
    progress: Progress = lambda _done, _total: None,
    *,
    cells_a_kind: int = CELLS_A_KIND,
) -> dict[str, Any]:
    """Build the packed training set in ``out`` and return its report (also written as report.json).

    Raises:
        UnknownSource: A folder holds no known data set.
        UnknownLabel: A data set uses a label that the mapping table lacks.
        ValueError: An annotation file is damaged, or no field is readable and labelled.
    """
    sources = find_sources(folders)
    read = read_sources(sources)
    steps = BuildSteps(sources, read, stray_files(sources, read))
    cleaned, steps.dropped = clean_fields(read)
    if not cleaned:
        raise ValueError(f"{', '.join(str(root) for _, root in sources)} has no readable image with an annotation")
    steps.integrated = _without_duplicates(cleaned, steps.dropped)
    fields, steps.left_out = reduce_fields(steps.integrated, cells_a_kind)
    (out / IMAGE_FOLDER).mkdir(parents=True, exist_ok=True)
    steps.diameters_px = diameters_px(fields)
    for index, (one, diameter) in enumerate(zip(fields, steps.diameters_px, strict=True)):
        steps.packed.append(pack_field(one, RED_CELL_DIAMETER_PX / diameter, out))
        progress(index + 1, len(fields))
    write_index(out, steps.packed)
    _write_splits(out / "splits.csv", steps.packed)
    report = build_report(steps, out)
    (out / REPORT_FILE).write_text(json.dumps(report, indent=2) + "\n")
    return report


def _preference(field: AnnotatedField) -> int:
    return next(rank for rank, prefix in enumerate(_SOURCE_PREFERENCE) if field.source.startswith(prefix))


def _without_duplicates(fields: Sequence[AnnotatedField], dropped: Counter[str]) -> list[AnnotatedField]:
    """Fields with one copy of each picture: first one that validates or tunes, then the better labelled one.

    Chula's copies of one picture have up to ten times as many points as each other.
    """
    judging = (Split.VALIDATION, Split.TUNE)
    ordered = sorted(
        fields, key=lambda one: (split_of(one) not in judging, _preference(one), -len(one.points), one.key)
    )
    boxed_again = {field.original for field in ordered if field.source.startswith("txl-pbc")}
    identical, similar = group_identical(ordered), group_duplicates(ordered)
    kept = []
    for index, one in enumerate(ordered):
        if identical[index] != index:
            dropped[f"{one.source}: byte-identical to another field"] += 1
        elif not one.source.startswith("txl-pbc") and one.original in boxed_again:
            dropped[f"{one.source}: original that TXL-PBC labels"] += 1
        elif similar[index] != index:
            dropped[f"{one.source}: same picture as another field"] += 1
        else:
            kept.append(one)
    return sorted(kept, key=lambda field: field.key)


def _write_splits(path: Path, packed: Sequence[PackedField]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["key", "original", "split"])
        writer.writerows((field.key, field.original, field.split.value) for field in packed)
