"""Tiny data sets in their publishers' own folders, drawn on the spot."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

from PIL import Image

from model.classes import CellClass
from model.rendering import RenderedSmear, SmearRecipe, render_smear
from model.types import BoxXyxy, Size

FIELD_SIZE = Size(192, 144)
RED_CELL_PX = 30.0
"""Diameter of the red cells drawn here, in pixels of the published image."""

SPELLING = {CellClass.RED_BLOOD_CELL: "RBC", CellClass.WHITE_BLOOD_CELL: "WBC", CellClass.PLATELET: "Platelets"}
_TXL_CLASSES = ("WBC", "RBC", "Platelets")
Label = tuple[str, BoxXyxy]


@cache
def smear(seed: int) -> RenderedSmear:
    """A field of its own for every seed."""
    recipe = SmearRecipe(FIELD_SIZE, 8, 1, 2, RED_CELL_PX, seed=seed, clumping=0.0, cells_cut_by_border=False)
    return render_smear(recipe)


def image_file(seed: int, file_format: str = "JPEG", quality: int = 92) -> bytes:
    """The field of a seed as a file."""
    buffer = io.BytesIO()
    Image.fromarray(smear(seed).image_hwc_u8).save(buffer, file_format, quality=quality)
    return buffer.getvalue()


def labels_of(seed: int, spelling: dict[CellClass, str] | None = None) -> list[Label]:
    """The labels of a seed's field, as a data set spells them."""
    names = SPELLING | (spelling or {})
    return [(names[cell.cell_class], cell.box_xyxy_image_px) for cell in smear(seed).cells]


def yolo_text(labels: Iterable[Label]) -> str:
    """Lines of class, centre and size in shares of the image."""
    lines = []
    for name, (x1, y1, x2, y2) in labels:
        centre = ((x1 + x2) / 2 / FIELD_SIZE.width, (y1 + y2) / 2 / FIELD_SIZE.height)
        sides = ((x2 - x1) / FIELD_SIZE.width, (y2 - y1) / FIELD_SIZE.height)
        lines.append(" ".join([str(_TXL_CLASSES.index(name)), *(f"{value:.6f}" for value in (*centre, *sides))]))
    return "\n".join(lines) + "\n"


def voc_text(labels: Iterable[Label]) -> str:
    """A Pascal VOC annotation, with the entries that no reader needs as well."""
    root = ET.Element("annotation")
    ET.SubElement(root, "folder").text = "640 x 480 50_"
    for name, box in labels:
        item = ET.SubElement(root, "object")
        ET.SubElement(item, "name").text = name
        ET.SubElement(item, "difficult").text = "0"
        sides = ET.SubElement(item, "bndbox")
        for side, value in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True):
            ET.SubElement(sides, side).text = str(round(value))
    return ET.tostring(root, encoding="unicode")


@dataclass(frozen=True, slots=True)
class TxlImage:
    """One image of TXL-PBC: its stem, published split, provenance and field."""

    stem: str
    split: str
    source: str
    original: str
    seed: int


def write_txl_pbc(root: Path, images: Sequence[TxlImage], classes: Sequence[str] = _TXL_CLASSES) -> Path:
    """A TXL-PBC folder."""
    for folder in ("images/train", "images/val", "labels/train", "labels/val"):
        (root / folder).mkdir(parents=True)
    (root / "classes.txt").write_text("\n".join(classes) + "\n")
    with (root / "provenance.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "split", "source", "original"])
        writer.writerows((image.stem, image.split, image.source, image.original) for image in images)
    for image in images:
        (root / "images" / image.split / f"{image.stem}.png").write_bytes(image_file(image.seed, "PNG"))
        (root / "labels" / image.split / f"{image.stem}.txt").write_text(yolo_text(labels_of(image.seed)))
    return root


def write_bccd(root: Path, seeds: dict[str, int]) -> Path:
    """A BCCD folder, one level below the download's own; seeds by image name."""
    for folder in ("JPEGImages", "Annotations"):
        (root / "BCCD" / folder).mkdir(parents=True)
    for name, seed in seeds.items():
        (root / "BCCD" / "JPEGImages" / f"{name}.jpg").write_bytes(image_file(seed))
        (root / "BCCD" / "Annotations" / f"{name}.xml").write_text(voc_text(labels_of(seed)))
    return root


def write_deep_bio_net(root: Path, seeds: dict[int, int], subtypes: dict[int, str] | None = None) -> Path:
    """A Deep Bio-Net folder; seeds by image number. Each image spells its classes in another way.

    ``subtypes`` names the folder of sub-types that holds a copy of the image, by its number and under another.
    """
    spellings = ("Platelets", "Platlets", "platelets")
    for folder in ("Images", "XML Files"):
        (root / "detection" / folder).mkdir(parents=True)
    for number, seed in seeds.items():
        spelling = {CellClass.PLATELET: spellings[number % 3], CellClass.WHITE_BLOOD_CELL: ("WBC", "W")[number % 2]}
        (root / "detection" / "Images" / f"{number:03d}.jpg").write_bytes(image_file(seed, quality=90))
        (root / "detection" / "XML Files" / f"{number:03d}.xml").write_text(voc_text(labels_of(seed, spelling)))
    for number, folder in (subtypes or {}).items():
        copy = root / "WBC Classification Dataset" / folder / f"_{900 - number}.jpg"
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((root / "detection" / "Images" / f"{number:03d}.jpg").read_bytes())
    return root


def write_chula(root: Path, seeds: dict[int, int], text: str | None = None) -> Path:
    """A Chula RBC-12 folder; seeds by image number. Red cells are points, their types go round."""
    for folder in ("Dataset", "Label"):
        (root / folder).mkdir(parents=True)
    for number, seed in seeds.items():
        boxes = [cell.box_xyxy_image_px for cell in smear(seed).cells if cell.cell_class is CellClass.RED_BLOOD_CELL]
        lines = [f"{(x1 + x2) / 2:.0f} {(y1 + y2) / 2:.0f} {i % 13}" for i, (x1, y1, x2, y2) in enumerate(boxes)]
        (root / "Dataset" / f"{number}.jpg").write_bytes(image_file(seed))
        (root / "Label" / f"{number}.txt").write_text("\n".join(lines) + "\n" if text is None else text)
    return root


def write_pbc(root: Path, seeds: dict[str, int]) -> Path:
    """A PBC folder; seeds by ``kind/NAME``. The kinds that make it known are always there."""
    for folder in ("erythroblast", "ig", "platelet"):
        (root / folder).mkdir(parents=True)
    for name, seed in seeds.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / f"{name}.jpg").write_bytes(image_file(seed))
    return root
