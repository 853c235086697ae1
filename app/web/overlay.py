"""The cells of one image as shapes to draw over it, in pixels of the upright image.

Each class has its own shape (WCAG 1.4.1): red cells an ellipse, white cells a double rectangle, platelets a diamond,
nucleated red cells a rectangle with another letter. No single colour survives on a stained smear, so each shape is
drawn twice, a light line on a dark casing. As in the viewer, the light line of a suggestion is dotted, and what a
person confirmed has a full one and a tick; where the network was not sure of the type the line is widely broken.
Letters give the type.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.schemas.counts import ClassCounts
from app.schemas.result_record import CellEntry, ResultRecord
from app.web.subtype_words import (
    SUBTYPE_LETTERS,
    SUBTYPE_NAMES,
    cell_letters,
    cell_title,
    class_code,
    confirmed_by,
    is_remarkable,
    is_unsure,
)
from model.types import BoxXyxy

CLASS_NAMES = {"RBC": "Red cells", "WBC": "White cells", "PLT": "Platelets", "NRBC": "Nucleated red cells"}

_LETTER_SHARE_OF_IMAGE = 0.022
_LETTER_SHARE_OF_CELL = {"RBC": 0.3, "WBC": 0.4, "PLT": 1.0, "NRBC": 0.4}
"""Largest letter by class, as a share of the cell's shorter side: in a large field cells are small."""

_INNER_RECTANGLE_SHARE = 0.06
_TICK_SHARE_OF_LETTER = 0.4


@dataclass(frozen=True, slots=True)
class CellShape:
    """One cell: the outline as SVG path data, what is said about it, and its letters, their place and size in pixels.

    ``is_unsure``: the network was not sure of the type. ``tick``: path data of a person's tick at its corner, None for
    a suggestion. ``is_remarkable``: its letters tell more than its shape.
    """

    path: str
    title: str
    is_unsure: bool
    tick: str | None
    is_remarkable: bool
    letters: str
    label_x: str
    label_y: str
    label_size: str


@dataclass(frozen=True, slots=True)
class OverlayLayer:
    """The counted cells of one class, which are shown or hidden together."""

    code: str
    name: str
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
    legend: tuple[tuple[str, str], ...]
    """Letters and names of the types that occur."""

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
    found = {cell.subtype for cell in counted}
    return Overlay(
        layers=tuple(_layer(code, counted, record.counts, letter_px) for code in codes),
        legend=tuple((letters, SUBTYPE_NAMES[name]) for name, letters in SUBTYPE_LETTERS.items() if name in found),
    )


def _layer(code: str, cells: Iterable[CellEntry], counts: ClassCounts, letter_px: float) -> OverlayLayer:
    shapes = tuple(_shape(code, cell, letter_px) for cell in cells if class_code(cell) == code)
    return OverlayLayer(code, CLASS_NAMES[code], getattr(counts, code), shapes)


def _shape(code: str, cell: CellEntry, letter_px: float) -> CellShape:
    label_x, label_y, label_size = _label(code, cell.box, letter_px)
    return CellShape(
        path=_OUTLINES[code](cell.box),
        title=cell_title(cell),
        is_unsure=is_unsure(cell) and confirmed_by(cell) is None,
        tick=_tick(cell.box, _TICK_SHARE_OF_LETTER * letter_px) if confirmed_by(cell) is not None else None,
        is_remarkable=is_remarkable(cell),
        letters=cell_letters(cell),
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


def _tick(box: BoxXyxy, half_px: float) -> str:
    """A tick at the upper right corner of a cell, and never outside the image's upper border."""
    x, y = box[2] - half_px, max(box[1], half_px)
    left, middle, right = _px(x - half_px), _px(x - half_px / 3), _px(x + half_px)
    return f"M{left} {_px(y)}L{middle} {_px(y + 0.7 * half_px)} {right} {_px(y - half_px)}"


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


def cell_outline(code: str, box: BoxXyxy) -> str:
    """The outline of a cell of a class, as SVG path data."""
    return _OUTLINES[code](box)


def _px(value: float) -> str:
    """A coordinate to a tenth of a pixel, without a trailing zero."""
    return f"{value:.1f}".removesuffix(".0")
