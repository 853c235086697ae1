"""Reference cells, found cells and fields written by hand."""

from model.classes import CELL_CLASSES, CellClass
from model.data.fields import CellPoint, LabelMode
from model.data.packed import PackedField
from model.data.splits import Split
from model.evaluation.naming.named_cells import NamedCell
from model.types import BoxXyxy, DetectedCell

RED, WHITE, PLATELET = (
    CellClass.RED_BLOOD_CELL,
    CellClass.WHITE_BLOOD_CELL,
    CellClass.PLATELET,
)


def box_around(x_px: float, y_px: float, side_px: float = 20.0) -> BoxXyxy:
    """A square box."""
    half = side_px / 2
    return (x_px - half, y_px - half, x_px + half, y_px + half)


def found(
    cell_class: CellClass,
    box: BoxXyxy,
    likeliest: str | None = None,
    probability: float | None = 0.9,
    *,
    is_sure: bool = True,
    is_counted: bool = True,
) -> DetectedCell:
    """A cell that the pipeline found, named unless it is a platelet."""
    if likeliest is None:
        return DetectedCell(cell_class, box, 0.9, is_counted)
    unsure = "unidentified" if cell_class is WHITE else "uncategorised"
    return DetectedCell(cell_class, box, 0.9, is_counted, likeliest if is_sure else unsure, probability, likeliest)


def point(x_px: float, y_px: float, cell_class: CellClass, subtype: str | None) -> CellPoint:
    """A cell whose place and name are known."""
    return CellPoint(x_px, y_px, CELL_CLASSES.index(cell_class), subtype)


def field(
    *,
    source: str = "pbc-acevedo",
    original: str = "one",
    split: Split = Split.HELD_OUT,
    scale: float = 1.0,
    points: tuple[CellPoint, ...] = (),
    boxes: tuple[tuple[CellClass, BoxXyxy, str | None], ...] = (),
    ignored: tuple[BoxXyxy, ...] = (),
    original_path: str = "nowhere.png",
) -> PackedField:
    """A field of 400 x 400 packed pixels."""
    return PackedField(
        key=f"{source}/{original}",
        source=source,
        original=original,
        split=split,
        file_name="",
        original_path=original_path,
        width=400,
        height=400,
        scale=scale,
        boxes_xyxy_px=tuple(box for _, box, _ in boxes),
        class_indices=tuple(CELL_CLASSES.index(cell_class) for cell_class, _, _ in boxes),
        label_modes=(LabelMode.NONE,) * 3,
        is_border_complete=True,
        box_subtypes=tuple(name for _, _, name in boxes),
        points=points,
        ignored_xyxy_px=ignored,
    )


def named(
    name: str,
    likeliest: str,
    probability: float | None = 0.9,
    *,
    answer: str | None = None,
    original: str = "one",
    source: str = "pbc-acevedo",
    has_calibrated: bool = False,
) -> NamedCell:
    """A judged cell; the working answer is the likeliest unless given."""
    return NamedCell(source, original, name, answer or likeliest, likeliest, probability, has_calibrated)
