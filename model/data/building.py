"""The paper's data steps: clean, integrate, transform, reduce; each reported with numbers."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from model.config import RED_CELL_DIAMETER_PX
from model.data.cleaning import clean_fields
from model.data.duplicates import group_duplicates
from model.data.fields import AnnotatedField
from model.data.packed import IMAGE_FOLDER, PackedField, write_index
from model.data.scale import diameters_px
from model.data.sources import find_sources, read_sources
from model.data.splits import Split, split_of

_JPEG_QUALITY = 93
_SOURCE_PREFERENCE = ("txl-pbc", "deep-bio-net", "bccd")
"""Where two sources show one picture, the better labelled copy stays."""

Progress = Callable[[int, int], None]


def build_dataset(
    folders: Sequence[Path], out: Path, progress: Progress = lambda _done, _total: None
) -> dict[str, Any]:
    """Build the packed training set in ``out`` and return its report (also written as report.json).

    Raises:
        UnknownSource: A folder holds no known data set.
        UnknownLabel: A data set uses a label that the mapping table lacks.
        ValueError: An annotation file is damaged, or no field is readable and labelled.
    """
    sources = find_sources(folders)
    raw = read_sources(sources)
    cleaned, dropped = clean_fields(raw)
    if not cleaned:
        raise ValueError(f"{', '.join(str(root) for _, root in sources)} has no readable image with an annotation")
    fields = _without_duplicates(cleaned, dropped)
    (out / IMAGE_FOLDER).mkdir(parents=True, exist_ok=True)
    packed = []
    for index, (field, diameter) in enumerate(zip(fields, diameters_px(fields), strict=True)):
        packed.append(_pack(field, RED_CELL_DIAMETER_PX / diameter, out))
        progress(index + 1, len(fields))
    write_index(out, packed)
    _write_splits(out / "splits.csv", packed)
    report = _report(sources, raw, packed, dropped)
    (out / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    return report


def _preference(field: AnnotatedField) -> int:
    return next(rank for rank, prefix in enumerate(_SOURCE_PREFERENCE) if field.source.startswith(prefix))


def _without_duplicates(fields: Sequence[AnnotatedField], dropped: Counter[str]) -> list[AnnotatedField]:
    """Fields with one copy of each picture; a validation copy goes before a training copy."""
    ordered = sorted(fields, key=lambda field: (split_of(field) is Split.TRAIN, _preference(field), field.key))
    originals = {field.original for field in ordered if field.source.startswith("txl-pbc")}
    groups = group_duplicates(ordered)
    kept = []
    for index, field in enumerate(ordered):
        if groups[index] != index or (field.source == "bccd" and field.original in originals):
            dropped[f"{field.source}: same picture as another field"] += 1
        else:
            kept.append(field)
    return sorted(kept, key=lambda field: field.key)


def _pack(field: AnnotatedField, scale: float, out: Path) -> PackedField:
    file_name = f"{field.source}_{field.name}.jpg"
    with Image.open(field.image_path) as opened:
        image = opened.convert("RGB")
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0).save(
        out / IMAGE_FOLDER / file_name, quality=_JPEG_QUALITY, subsampling=0
    )
    boxes = field.boxes_xyxy_px * scale
    return PackedField(
        key=field.key,
        source=field.source,
        original=field.original,
        split=split_of(field),
        file_name=file_name,
        original_path=str(field.image_path.resolve()),
        width=size[0],
        height=size[1],
        scale=scale,
        boxes_xyxy_px=tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in boxes.round(2)),
        class_indices=tuple(int(index) for index in field.class_indices),
        label_modes=field.label_modes,
        is_border_complete=field.is_border_complete,
    )


def _write_splits(path: Path, packed: Sequence[PackedField]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["key", "original", "split"])
        writer.writerows((field.key, field.original, field.split.value) for field in packed)


def _report(
    sources: Sequence[tuple[str, Path]],
    raw: Sequence[AnnotatedField],
    packed: Sequence[PackedField],
    dropped: Counter[str],
) -> dict[str, Any]:
    return {
        "sources": [{"name": name, "folder": str(root)} for name, root in sources],
        "fields_read": dict(Counter(field.source for field in raw)),
        "dropped_or_mended": {reason: count for reason, count in sorted(dropped.items()) if count},
        "fields_kept": {
            split.value: dict(Counter(field.source for field in packed if field.split is split)) for split in Split
        },
        "boxes_kept": {
            split.value: sum(len(field.class_indices) for field in packed if field.split is split) for split in Split
        },
        "red_cell_diameter_px": RED_CELL_DIAMETER_PX,
    }
