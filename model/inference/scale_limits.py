"""Micrometres and pixels: the scale of an image whose resolution is known."""

import math

from model.config import RED_CELL_DIAMETER_PX

RED_CELL_DIAMETER_UM = 7.5
"""Of a typical red cell in a stained smear, the middle of 7 to 8 µm (NIH Curriculum Supplement Series, virtual
microscope, medical reference manual; other textbooks give 6.7 to 7.7 µm)."""

USUAL_RED_CELL_UM = (6.0, 9.0)
"""Medians beyond this point to a wrong scale rather than to large or small red cells."""

LARGEST_ENLARGEMENT = 4.0
"""Enlarged further, an image shows no more: its red cells are under 12.5 of its own pixels wide."""

SMALLEST_UM_PER_PX = 0.01
LARGEST_UM_PER_PX = LARGEST_ENLARGEMENT * RED_CELL_DIAMETER_UM / RED_CELL_DIAMETER_PX


class ScaleRefused(ValueError):
    """A number of micrometres to a pixel that no photograph of a smear can have."""


def known_scale(um_per_px: float) -> float:
    """The factor from image to network input for ``um_per_px`` micrometres to a pixel of the image.

    Raises:
        ScaleRefused: It is no number, not positive, or its red cells would have too few or far too many pixels.
    """
    if not (math.isfinite(um_per_px) and SMALLEST_UM_PER_PX <= um_per_px <= LARGEST_UM_PER_PX):
        raise ScaleRefused(
            f"{um_per_px:g} µm per pixel was given and {SMALLEST_UM_PER_PX:g} to {LARGEST_UM_PER_PX:g} can be counted "
            f"(red cells {RED_CELL_DIAMETER_UM / SMALLEST_UM_PER_PX:g} to "
            f"{RED_CELL_DIAMETER_UM / LARGEST_UM_PER_PX:g} pixels wide); give the camera's pixel size divided by the "
            "magnification, in µm, or leave it out to have the red cells measured"
        )
    return um_per_px * RED_CELL_DIAMETER_PX / RED_CELL_DIAMETER_UM
