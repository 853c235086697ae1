"""The cells of one image as shapes to draw over it, in pixels of the upright image.

Each class has its own shape (WCAG 1.4.1): red cells an ellipse, white cells a double rectangle, platelets a diamond,
nucleated red cells a rectangle with another letter. No single colour survives on a stained smear, so each shape is
drawn twice, a light line on a dark casing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.schemas.counts import ClassCounts
from app.schemas.result_record import CellEntry, ResultRecord
from model.classes import WhiteCellSubtype
from model.types import BoxXyxy

CLASS_NAMES = {"RBC": "Red cells", "WBC": "White cells", "PLT": "Platelets", "NRBC": "Nucleated red cells"}
_SINGULAR = {"RBC": "Red cell", "WBC": "White cell", "PLT": "Platelet", "NRBC": "Nucleated red cell"}
_LETTERS = {"RBC": "R", "WBC": "W", "PLT": "P", "NRBC": "N"}

_LETTER_SHARE_OF_IMAGE = 0.022
_LETTER_SHARE_OF_CELL = {"RBC": 0.3, "WBC": 0.4, "PLT": 1.0, "NRBC": 0.4}
"""Largest letter by class, as a share of the cell's shorter side: in a large field cells are small."""

_INNER_RECTANGLE_SHARE = 0.06


@dataclass(frozen=True, slots=True)
class CellShape:
    """One cell: the outline as SVG path data, what is said about it, and its letter's place and size in pixels."""

    path: str
    title: str
    label_x: str
    label_y: str
    label_size: str


@dataclass(frozen=True, slots=True)
class OverlayLayer:
    """The counted cells of one class, which are shown or hidden together."""

    code: str
    name: str
    letter: str
    count: int
    cells: tuple[CellShape, ...]

    @property
    def casing_path(self) -> str:
        """All outlines of the layer as one path, drawn dark and wide underneath."""
        return "".join(cell.path for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Overlay:
    """Everything drawn over one image."""

    layers: tuple[OverlayLayer, ...]

    @property
    def description(self) -> str:
        """What the drawing shows, for those who cannot see it."""
        parts = ", ".join(f"{layer.name.lower()} {layer.count}" for layer in self.layers)
        return f"Cells drawn on the image: {parts}. Arrow keys go from cell to cell."


def build_overlay(record: ResultRecord) -> Overlay | None:
    """The shapes of a counted image's counted cells; None for an image without counts."""
    if record.counts is None or record.width is None or record.height is None:
        return None
    letter_px = _LETTER_SHARE_OF_IMAGE * max(record.width, record.height)
    counted = [cell for cell in record.cells if cell.counted]
    codes = [code for code in CLASS_NAMES if code not in record.unavailable]
    return Overlay(tuple(_layer(code, counted, record.counts, letter_px) for code in codes))


def class_code(cell: CellEntry) -> str:
    """The code under which a cell is counted: NRBC for an erythroblast, else its class."""
    return "NRBC" if cell.subtype == WhiteCellSubtype.ERYTHROBLAST else cell.cell_class.value


def _layer(code: str, cells: Iterable[CellEntry], counts: ClassCounts, letter_px: float) -> OverlayLayer:
    shapes = tuple(_shape(code, cell, letter_px) for cell in cells if class_code(cell) == code)
    return OverlayLayer(code, CLASS_NAMES[code], _LETTERS[code], getattr(counts, code), shapes)


def _shape(code: str, cell: CellEntry, letter_px: float) -> CellShape:
    subtype = f", {cell.subtype.replace('_', ' ')}" if cell.subtype and code != "NRBC" else ""
    label_x, label_y, label_size = _label(code, cell.box, letter_px)
    return CellShape(
        path=_OUTLINES[code](cell.box),
        title=f"{_SINGULAR[code]}{subtype}, score {cell.score:.2f}",
        label_x=_px(label_x),
        label_y=_px(label_y),
        label_size=_px(label_size),
    )


def _label(code: str, box: BoxXyxy, letter_px: float) -> tuple[float, float, float]:
    """Centre and height of a cell's letter: beside what is looked at, and never outside the image."""
    x1, y1, x2, y2 = box
    letter_px = min(letter_px, _LETTER_SHARE_OF_CELL[code] * min(x2 - x1, y2 - y1))
    if code == "RBC":
        return (x1 + x2) / 2, (y1 + y2) / 2, letter_px
    if code == "PLT":
        is_near_left_border = x1 < letter_px
        return (x2 + 0.5 * letter_px if is_near_left_border else x1 - 0.5 * letter_px), (y1 + y2) / 2, letter_px
    corner = _INNER_RECTANGLE_SHARE * min(x2 - x1, y2 - y1) + 0.75 * letter_px
    return x1 + corner, y1 + corner, letter_px


def _ellipse(box: BoxXyxy) -> str:
    x1, y1, x2, y2 = box
    radius_x, width = _px((x2 - x1) / 2), _px(x2 - x1)
    arc = f"a{radius_x} {_px((y2 - y1) / 2)} 0 1 0"
    return f"M{_px(x1)} {_px((y1 + y2) / 2)}{arc} {width} 0{arc} -{width} 0z"


def _rectangle(box: BoxXyxy) -> str:
    x1, y1, x2, y2 = box
    return f"M{_px(x1)} {_px(y1)}H{_px(x2)}V{_px(y2)}H{_px(x1)}z"


def _double_rectangle(box: BoxXyxy) -> str:
    x1, y1, x2, y2 = box
    inset = _INNER_RECTANGLE_SHARE * min(x2 - x1, y2 - y1)
    return _rectangle(box) + _rectangle((x1 + inset, y1 + inset, x2 - inset, y2 - inset))


def _diamond(box: BoxXyxy) -> str:
    x1, y1, x2, y2 = box
    middle_x, middle_y = _px((x1 + x2) / 2), _px((y1 + y2) / 2)
    return f"M{middle_x} {_px(y1)}L{_px(x2)} {middle_y} {middle_x} {_px(y2)} {_px(x1)} {middle_y}z"


_OUTLINES: dict[str, Callable[[BoxXyxy], str]] = {
    "RBC": _ellipse,
    "WBC": _double_rectangle,
    "PLT": _diamond,
    "NRBC": _rectangle,
}


def _px(value: float) -> str:
    """A coordinate to a tenth of a pixel, without a trailing zero."""
    return f"{value:.1f}".removesuffix(".0")
