"""A tiny packed training set, as dataset build leaves it."""

from pathlib import Path

from PIL import Image

from model.classes import CELL_CLASSES, NAMED_WHITE_SUBTYPES, CellClass
from model.data.fields import LabelMode
from model.data.packed import IMAGE_FOLDER, PackedField, write_index
from model.data.splits import Split
from model.rendering import RenderedSmear, SmearRecipe, render_smear
from model.types import Size

FIELD_SIZE = Size(128, 96)
_FULL = (LabelMode.FULL,) * 3


def _smear(number: int) -> RenderedSmear:
    """Three red cells, a white cell and a platelet."""
    return render_smear(SmearRecipe(FIELD_SIZE, 3, 1, 1, 30.0, seed=number))


def _subtype(number: int, cell_class: CellClass) -> str | None:
    """The white cells' sub-types go round."""
    if cell_class is not CellClass.WHITE_BLOOD_CELL:
        return None
    return NAMED_WHITE_SUBTYPES[number % len(NAMED_WHITE_SUBTYPES)].value


def packed_field(number: int, source: str = "txl-pbc-pbc", split: Split = Split.TRAIN) -> PackedField:
    """The entry of a rendered field, whose white cell has a sub-type."""
    smear = _smear(number)
    return PackedField(
        key=f"{source}/{number}",
        source=source,
        original=str(number),
        split=split,
        file_name=f"{number}.png",
        original_path=f"{number}.png",
        width=FIELD_SIZE.width,
        height=FIELD_SIZE.height,
        scale=1.0,
        boxes_xyxy_px=tuple(cell.box_xyxy_image_px for cell in smear.cells),
        class_indices=tuple(CELL_CLASSES.index(cell.cell_class) for cell in smear.cells),
        label_modes=_FULL,
        is_border_complete=True,
        box_subtypes=tuple(_subtype(number, cell.cell_class) for cell in smear.cells),
    )


def write_packed_set(folder: Path, fields: int = 4) -> Path:
    """A packed set of a few rendered fields for training."""
    (folder / IMAGE_FOLDER).mkdir(parents=True)
    for number in range(fields):
        Image.fromarray(_smear(number).image_hwc_u8).save(folder / IMAGE_FOLDER / f"{number}.png")
    write_index(folder, [packed_field(number) for number in range(fields)])
    return folder
