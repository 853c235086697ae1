"""Deep Bio-Net: smear fields of another laboratory (Shams et al. 2024, Blood Cells Mol Dis)."""

import hashlib
from pathlib import Path

from model.classes import WhiteCellSubtype, white_cell_subtype_of_label
from model.data.fields import AnnotatedField
from model.data.sources.numbering import block_of
from model.data.sources.pascal_voc import read_boxes

SOURCE = "deep-bio-net"
IMAGE_GLOB = "detection/Images/*"
_SUBTYPE_GLOB = "WBC Classification Dataset/*/*.jpg"
_BLOCK = 40
"""Neighbouring numbers come from one slide, so splits keep blocks of this many numbers together."""


def is_root(folder: Path) -> bool:
    """Whether the folder has Deep Bio-Net's layout."""
    return (folder / "detection" / "Images").is_dir() and (folder / "detection" / "XML Files").is_dir()


def read_fields(root: Path) -> list[AnnotatedField]:
    """All smear fields that have an annotation file, with the white cell's sub-type where the publisher names it.

    Raises:
        UnknownLabel: A label or the name of a sub-type's folder is not in the mapping table.
        ValueError: An annotation file is damaged.
    """
    fields = []
    subtypes = _subtypes_by_content(root)
    for path in sorted(root.glob(IMAGE_GLOB)):
        annotation = root / "detection" / "XML Files" / f"{path.stem}.xml"
        if path.name.startswith(".") or not annotation.is_file():
            continue
        boxes, classes = read_boxes(annotation)
        fields.append(
            AnnotatedField(
                source=SOURCE,
                name=path.stem,
                original=f"block:{block_of(path.stem, _BLOCK)}",
                image_path=path,
                published_split=None,
                boxes_xyxy_px=boxes,
                class_indices=classes,
                is_border_complete=False,
                white_cell_subtypes=subtypes.get(_content(path), ()) if subtypes else (),
            )
        )
    return fields


def _subtypes_by_content(root: Path) -> dict[bytes, tuple[WhiteCellSubtype, ...]]:
    """The sub-type of the one white cell of a field, by the bytes of its picture.

    The publisher sorts pictures into a folder a sub-type under other numbers than the smear fields have; 194 of the
    200 are byte for byte smear fields. The other files there are warped copies of these and match none.
    """
    paths = [path for path in sorted(root.glob(_SUBTYPE_GLOB)) if not path.name.startswith(".")]
    return {_content(path): (white_cell_subtype_of_label(path.parent.name),) for path in paths}


def _content(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
