"""Deep Bio-Net: smear fields of another laboratory (Shams et al. 2024, Blood Cells Mol Dis)."""

from pathlib import Path

from model.data.fields import AnnotatedField
from model.data.sources.numbering import block_of
from model.data.sources.pascal_voc import read_boxes

SOURCE = "deep-bio-net"
IMAGE_GLOB = "detection/Images/*"
_BLOCK = 40
"""Neighbouring numbers come from one slide, so splits keep blocks of this many numbers together."""


def is_root(folder: Path) -> bool:
    """Whether the folder has Deep Bio-Net's layout."""
    return (folder / "detection" / "Images").is_dir() and (folder / "detection" / "XML Files").is_dir()


def read_fields(root: Path) -> list[AnnotatedField]:
    """All smear fields that have an annotation file."""
    fields = []
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
            )
        )
    return fields
