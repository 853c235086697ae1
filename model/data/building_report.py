"""The report of a build: what each of the four steps found, changed and left, in numbers."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from model.classes import CELL_CLASSES
from model.config import RED_CELL_DIAMETER_PX
from model.data.fields import AnnotatedField
from model.data.packed import IMAGE_FOLDER, INDEX_FILE, PackedField
from model.data.packing import WEBP_QUALITY
from model.data.splits import Split

if TYPE_CHECKING:
    from model.data.building import BuildSteps

_COLOUR_SAMPLE = 60
"""Fields a source whose colours are measured, evenly spread."""


def build_report(steps: "BuildSteps", out: Path) -> dict[str, Any]:
    """The sections ``clean``, ``integrate``, ``transform`` and ``reduce``, and what was read and kept."""
    packed = steps.packed
    return {
        "sources": [{"name": name, "folder": str(root)} for name, root in steps.sources],
        "fields_read": dict(Counter(field.source for field in steps.read)),
        "dropped_or_mended": {reason: count for reason, count in sorted(steps.dropped.items()) if count},
        "fields_kept": {split.value: dict(Counter(f.source for f in packed if f.split is split)) for split in Split},
        "boxes_kept": {split.value: sum(len(f.class_indices) for f in packed if f.split is split) for split in Split},
        "red_cell_diameter_px": RED_CELL_DIAMETER_PX,
        "clean": _clean(steps),
        "integrate": {"labels": label_table(packed), "subtypes": _subtypes(steps.integrated)},
        "transform": _transform(steps, out),
        "reduce": {
            "left_out": {kind: count for kind, count in sorted(steps.left_out.items()) if count},
            **sizes(packed, out),
        },
    }


def _clean(steps: "BuildSteps") -> dict[str, Any]:
    """Numbers by source: stray files, and each reason of ``dropped_or_mended``."""
    reasons: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for reason, count in sorted(steps.dropped.items()):
        source, _, text = reason.partition(": ")
        if count:
            reasons[text][source] = count
    return {"stray_files": steps.strays, **reasons}


def label_table(packed: Iterable[PackedField]) -> dict[str, Any]:
    """By source: fields, and for each class its boxes, its points and how many fields have which label mode."""
    by_source: defaultdict[str, list[PackedField]] = defaultdict(list)
    for field in packed:
        by_source[field.source].append(field)
    return {source: _labels_of(fields) for source, fields in sorted(by_source.items())}


def _labels_of(fields: Sequence[PackedField]) -> dict[str, Any]:
    table: dict[str, Any] = {"fields": len(fields)}
    for index, cell_class in enumerate(CELL_CLASSES):
        table[cell_class.value] = {
            "boxes": sum(field.class_indices.count(index) for field in fields),
            "points": sum(point.class_index == index for field in fields for point in field.points),
            "modes": dict(Counter(field.label_modes[index].value for field in fields)),
        }
    return table


def _subtypes(fields: Sequence[AnnotatedField]) -> dict[str, dict[str, int]]:
    """Cells of known sub-type by source, whether by a point or by a list for the whole field."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for field in fields:
        counts[field.source].update(point.subtype for point in field.points if point.subtype)
        counts[field.source].update(subtype.value for subtype in field.white_cell_subtypes)
    return {source: dict(sorted(found.items())) for source, found in sorted(counts.items()) if found}


def _transform(steps: "BuildSteps", out: Path) -> dict[str, Any]:
    """By source: red-cell diameters before, the factors that make them 50 pixels, and colour before and after.

    Colours are means and standard deviations of red, green and blue in 0..255. Building changes no colour: stain and
    light are varied in training instead; what differs after is what rescaling and WebP did.
    """
    table = {}
    for source in sorted({field.source for field in steps.packed}):
        chosen = [index for index, field in enumerate(steps.packed) if field.source == source]
        diameters = np.array([steps.diameters_px[index] for index in chosen])
        with_pixels = [steps.packed[index] for index in chosen if steps.packed[index].has_pixels]
        table[source] = {
            "red_cell_diameter_px_before": _quantiles(diameters),
            "scale": _quantiles(RED_CELL_DIAMETER_PX / diameters),
            "colour_before": _colour([Path(field.original_path) for field in with_pixels]),
            "colour_after": _colour([out / IMAGE_FOLDER / field.file_name for field in with_pixels]),
        }
    return table


def _quantiles(values: "np.ndarray[Any, np.dtype[np.float64]]") -> dict[str, float]:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return {"p5": round(float(low), 3), "median": round(float(middle), 3), "p95": round(float(high), 3)}


def _colour(paths: Sequence[Path]) -> dict[str, list[float]] | None:
    """Mean over the fields of the mean and of the standard deviation of red, green and blue; None without fields."""
    if not paths:
        return None
    means, deviations = [], []
    for path in paths[:: max(1, len(paths) // _COLOUR_SAMPLE)]:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"), dtype=np.float32).reshape(-1, 3)
        means.append(pixels.mean(axis=0))
        deviations.append(pixels.std(axis=0))
    return {
        "mean_rgb": [round(float(value), 1) for value in np.mean(means, axis=0)],
        "std_rgb": [round(float(value), 1) for value in np.mean(deviations, axis=0)],
    }


def sizes(packed: Iterable[PackedField], out: Path) -> dict[str, Any]:
    """Bytes of the original files and of the packed ones by source, of the index, and of all together."""
    before, after = Counter[str](), Counter[str]()
    for field in packed:
        if field.has_pixels:
            before[field.source] += Path(field.original_path).stat().st_size
            after[field.source] += (out / IMAGE_FOLDER / field.file_name).stat().st_size
    index = (out / INDEX_FILE).stat().st_size
    return {
        "bytes_of_originals": dict(sorted(before.items())),
        "bytes_packed": dict(sorted(after.items())),
        "bytes_index": index,
        "bytes_total": after.total() + index,
        "webp_quality": WEBP_QUALITY,
    }
