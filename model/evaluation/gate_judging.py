"""How well the gate does: on fields and pictures that it did not learn from, and on faults of a known amount."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from model.data.packed import PackedField
from model.evaluation.gate_faults import FAULTS
from model.evaluation.gate_observing import faulted
from model.inference import CellCounter
from model.quality import GATE_WARNINGS
from model.types import FieldResult

Progress = Callable[[int, int], None]


def judge_fields(counter: CellCounter, fields: Sequence[PackedField], progress: Progress) -> dict[str, Any]:
    """Of real fields, by source: how many, how many were refused, and how many had which warning."""
    by_source: dict[str, Counter[str]] = {}
    refused = []
    for index, field in enumerate(fields):
        result = counter.count(Path(field.original_path).read_bytes())
        told = by_source.setdefault(field.source, Counter())
        told.update(["fields", *_codes(result)])
        if result.status == "refused":
            told["refused"] += 1
            refused.append(field.key)
        progress(index + 1, len(fields))
    return {
        "fields": len(fields),
        "refused": len(refused),
        "refused_fields": refused,
        "by_source": {source: dict(counts) for source, counts in sorted(by_source.items())},
    }


def judge_pictures(counter: CellCounter, paths: Sequence[Path], progress: Progress) -> dict[str, Any]:
    """Of pictures that are no smears: how many, how many were refused, and which were counted."""
    counted = []
    for index, path in enumerate(paths):
        if counter.count(path.read_bytes()).status != "refused":
            counted.append(path.name)
        progress(index + 1, len(paths))
    return {"pictures": len(paths), "refused": len(paths) - len(counted), "counted_pictures": counted}


def judge_faults(counter: CellCounter, fields: Sequence[PackedField], progress: Progress) -> list[dict[str, Any]]:
    """Of the same fields with each fault: how many were refused, and how many had which warning."""
    rows = []
    for number, fault in enumerate(FAULTS):
        told: Counter[str] = Counter()
        refused = 0
        for field in fields:
            result = counter.count(faulted(Path(field.original_path).read_bytes(), field.scale, fault))
            refused += result.status == "refused"
            told.update(_codes(result))
        rows.append(
            {
                "fault": fault.name,
                "wanted": fault.warning,
                "fields": len(fields),
                "refused": refused,
                "told": 0 if fault.warning is None else told[fault.warning],
                "warnings": dict(told),
            }
        )
        progress(number + 1, len(FAULTS))
    return rows


def _codes(result: FieldResult) -> list[str]:
    return [warning.code for warning in result.warnings if warning.code in GATE_WARNINGS]
