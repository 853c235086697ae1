"""When the scale of a field is too doubtful to trust its counts."""

from model.inference.red_cell_size import MIN_RED_CELLS, RedCellSize
from model.inference.scale_limits import USUAL_RED_CELL_UM
from model.types import Notice

_COUNTED_ALIKE_PX = (40.0, 75.0)
"""Red-cell diameters in input pixels, trained for 50, beyond which cells are missed: of those found at 60 pixels a
median of 92 % at 40 and 98 % at 75, on eleven fields of five sources (docs/adr/0032)."""

_AGREEING = (0.75, 1.33)
"""Diameter measured in one look over that of the look before. First looks at cells far from 50 pixels err by up to a
quarter; a larger difference means that the looks measured different things."""


def doubts_of(
    size: RedCellSize | None, scale: float, agreement: float | None, um_per_px: float | None
) -> tuple[Notice, ...]:
    """What a person should know about the scale at which a field was counted.

    ``scale`` is the factor from image to network input that was used, ``agreement`` the diameter of
    the last look over that of the look before, ``um_per_px`` the resolution where one was given.
    """
    if um_per_px is not None:
        return _disagreement(size, um_per_px)
    if size is None:
        return (_UNKNOWN,)
    lowest, highest = size.low_px * scale, size.high_px * scale
    if size.diameter_px * scale < _COUNTED_ALIKE_PX[0]:
        return (Notice("scale_doubtful", _too_small(size)),)
    is_sure = _COUNTED_ALIKE_PX[0] <= lowest and highest <= _COUNTED_ALIKE_PX[1]
    looks_agree = agreement is None or _AGREEING[0] <= agreement <= _AGREEING[1]
    return () if is_sure and looks_agree else (Notice("scale_doubtful", _unsure(size)),)


_UNKNOWN = Notice(
    "scale_unknown",
    f"Fewer than {MIN_RED_CELLS} red cells of measurable size were found, so the scale of this image "
    "is not known and the counts may be wrong; check them, or photograph a field with more red cells.",
)


def _too_small(size: RedCellSize) -> str:
    return (
        f"The red cells are only {size.diameter_px:.0f} pixels wide, too few to see them well, so the counts may be "
        "wrong; check them, or photograph the field at a higher magnification."
    )


def _unsure(size: RedCellSize) -> str:
    return (
        f"The scale of this image is doubtful: its {size.cells} measured red cells put their usual diameter between "
        f"{size.low_px:.0f} and {size.high_px:.0f} pixels, so the counts may be wrong; check them, or give the scale "
        "in µm per pixel."
    )


def _disagreement(size: RedCellSize | None, um_per_px: float) -> tuple[Notice, ...]:
    if size is None:
        return ()
    low_um, high_um = USUAL_RED_CELL_UM
    measured_um = size.diameter_px * um_per_px
    if low_um <= measured_um <= high_um:
        return ()
    message = (
        f"At the given {um_per_px:g} µm per pixel the red cells would be {measured_um:.1f} µm wide, and "
        f"{low_um:g} to {high_um:g} µm is usual; check the given scale, or leave it out to have the red cells measured."
    )
    return (Notice("scale_disagrees", message),)
