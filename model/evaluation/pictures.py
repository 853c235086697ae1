"""Pictures of fields with the reference and the predicted boxes, so that a person can see what went wrong."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from model.classes import CELL_CLASSES
from model.evaluation.outcome import FieldOutcome
from model.types import BoxXyxy

_LONGER_SIDE_PX = 1280
_MAX_ENLARGEMENT = 3.0
_DASH_PX = 7
_FONT_PX = 15
_LINE_PX = 22
_MARGIN_PX = 10
_REFERENCE, _PREDICTED = (0, 120, 60), (20, 60, 200)
_MISSED, _EXTRA = (200, 0, 40), (190, 0, 190)
_INK, _PAPER = (20, 20, 20), (255, 255, 255)

_Colour = tuple[int, int, int]


def draw_field(image: Image.Image, outcome: FieldOutcome) -> Image.Image:
    """The field enlarged, reference boxes solid and counted boxes dashed, errors thick and named, with a legend.

    ``image`` is the full-size image in its oriented frame, in which the boxes are.
    """
    factor = min(_MAX_ENLARGEMENT, _LONGER_SIDE_PX / max(image.size))
    size = (round(image.width * factor), round(image.height * factor))
    enlarged = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    legend = _legend_lines(outcome)
    page = Image.new("RGB", (size[0], size[1] + _MARGIN_PX * 2 + _LINE_PX * len(legend)), _PAPER)
    page.paste(enlarged, (0, 0))
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(_FONT_PX)
    _draw_boxes(draw, font, outcome, factor)
    for row, (text, colour, is_dashed, width) in enumerate(legend):
        top = size[1] + _MARGIN_PX + row * _LINE_PX
        if colour is not None:
            _rectangle(draw, (_MARGIN_PX, top + 3, _MARGIN_PX + 30, top + 17), colour, width, is_dashed=is_dashed)
        draw.text((_MARGIN_PX + (40 if colour else 0), top), text, fill=_INK, font=font)
    return page


def _draw_boxes(
    draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, outcome: FieldOutcome, factor: float
) -> None:
    """The boxes that agree first, thin; the errors over them, thick and with their class."""
    field = outcome.field
    reference, predicted = _scaled(field.reference_boxes_xyxy_px, factor), _scaled(field.boxes_xyxy_px, factor)
    for index in np.flatnonzero(~outcome.is_missed):
        _rectangle(draw, reference[index], _REFERENCE, 1)
    for index in np.flatnonzero(outcome.is_counted & ~outcome.is_extra):
        _rectangle(draw, predicted[index], _PREDICTED, 1, is_dashed=True)
    for index in np.flatnonzero(outcome.is_missed):
        _rectangle(draw, reference[index], _MISSED, 3)
        code = CELL_CLASSES[field.reference_class_indices[index]].value
        _label(draw, font, (reference[index][0], reference[index][1]), f"-{code}", _MISSED)
    for index in np.flatnonzero(outcome.is_extra):
        _rectangle(draw, predicted[index], _EXTRA, 3, is_dashed=True)
        code = CELL_CLASSES[field.class_indices[index]].value
        text = f"+{code} {field.scores[index]:.2f}"
        _label(draw, font, (predicted[index][0], predicted[index][3] - _LINE_PX), text, _EXTRA)


def _legend_lines(outcome: FieldOutcome) -> list[tuple[str, _Colour | None, bool, int]]:
    """Text, colour, dashed or not, width of line."""
    tallies = [(code.value, outcome.tally(index)) for index, code in enumerate(CELL_CLASSES)]
    counts = "    ".join(
        f"{code}: {tally.reference} there, {tally.counted} counted, {tally.missed} missed, {tally.extra} extra"
        for code, tally in tallies
    )
    return [
        (f"{outcome.field.key} ({outcome.field.size.width} x {outcome.field.size.height} px)", None, False, 0),
        (counts, None, False, 0),
        ("reference box, met by a counted one", _REFERENCE, False, 1),
        ("counted box that meets a reference box", _PREDICTED, True, 1),
        ("- missed: reference box that no counted box of its class meets (IoU 0.5)", _MISSED, False, 3),
        ("+ extra: counted box that meets no reference box of its class, with its score", _EXTRA, True, 3),
    ]


def _label(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    at: tuple[float, float],
    text: str,
    colour: _Colour,
) -> None:
    """White words on the colour, moved inside the picture where they would stand out of it."""
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    width, height = right - left + 6, bottom - top + 4
    x = min(max(0, at[0]), draw.im.size[0] - width)
    y = max(0, at[1])
    draw.rectangle((x, y, x + width, y + height), fill=colour)
    draw.text((x + 3 - left, y + 2 - top), text, fill=_PAPER, font=font)


def _scaled(boxes_xyxy_px: np.ndarray[tuple[int, int], np.dtype[np.float32]], factor: float) -> list[BoxXyxy]:
    return [(x1 * factor, y1 * factor, x2 * factor, y2 * factor) for x1, y1, x2, y2 in boxes_xyxy_px.tolist()]


def _rectangle(
    draw: ImageDraw.ImageDraw, box: BoxXyxy, colour: _Colour, width: int, *, is_dashed: bool = False
) -> None:
    x1, y1, x2, y2 = box
    if not is_dashed:
        draw.rectangle(box, outline=colour, width=width)
        return
    corners = [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        _dashed_line(draw, start, end, colour, width)


def _dashed_line(
    draw: ImageDraw.ImageDraw, start: tuple[float, float], end: tuple[float, float], colour: _Colour, width: int
) -> None:
    along = np.array(end) - np.array(start)
    steps: Sequence[float] = np.arange(0, 1, _DASH_PX / max(float(np.hypot(*along)), _DASH_PX)).tolist()
    for first, last in zip(steps[::2], [*steps[1::2], 1.0][: len(steps[::2])], strict=True):
        points = [tuple(np.array(start) + along * share) for share in (first, last)]
        draw.line(points, fill=colour, width=width)
