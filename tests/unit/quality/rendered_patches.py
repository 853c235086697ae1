"""Rendered fields as the measures see them, limits to judge them by, and a familiarity to pack into those."""

import functools

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.classes import CELL_CLASSES
from model.inference.sampling import patches_of
from model.quality import FEATURES, Familiarity, FieldMeasures, GateSettings, LikenessSettings, measure_field
from model.rendering import RenderedSmear, SmearRecipe, render_smear
from model.types import DetectedCell, Size

CELL_PX = 50.0
"""Red-cell diameter of the fields, that of the network: one pixel of the field is one of the network's."""


@functools.cache
def field(red_cells: int = 45, clumping: float = 0.3, seed: int = 3) -> RenderedSmear:
    """A rendered field of 640 x 480 pixels with red cells 50 pixels wide."""
    return render_smear(
        SmearRecipe(
            Size(640, 480), red_cells, 0, 0, red_cell_diameter_px=CELL_PX, clumping=clumping, seed=seed, debris=0
        )
    )


def measures_of(
    smear: RenderedSmear, image_hwc_u8: NDArray[np.uint8] | None = None, scale: float = 1.0
) -> FieldMeasures:
    """The measures of a field whose cells were all found; another image may take the place of the rendered one.

    ``scale`` is the factor from the image's pixels to the network's.
    """
    pixels = smear.image_hwc_u8 if image_hwc_u8 is None else image_hwc_u8
    cells = [
        DetectedCell(cell.cell_class, _scaled(cell.box_xyxy_image_px, 1 / scale), 0.9, is_counted=True)
        for cell in smear.cells
    ]
    red = [cell.score for cell in cells if cell.cell_class is CELL_CLASSES[0]]
    area = pixels.shape[0] * pixels.shape[1] * scale**2
    return measure_field(patches_of(pixels, scale, cells), red, area)


def resized(image_hwc_u8: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """The image at another size."""
    image = Image.fromarray(image_hwc_u8)
    size = round(image.width * factor), round(image.height * factor)
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))


@functools.cache
def some_familiarity() -> Familiarity:
    """Fields of two sources around two places."""
    random = np.random.default_rng(0)
    first = random.normal(0.5, 0.1, (30, FEATURES))
    second = random.normal(0.9, 0.1, (30, FEATURES))
    features = np.concatenate([first, second]).astype(np.float32)
    return Familiarity.fitted(features, ["first"] * 30 + ["second"] * 30)


@functools.cache
def some_limits() -> GateSettings:
    """Limits that the plain rendered field keeps."""
    return GateSettings(
        most_edge_width_px=7.0,
        least_background_brightness=0.5,
        most_clipped_share=0.02,
        background_red_to_green=(0.8, 1.2),
        background_blue_to_green=(0.8, 1.2),
        most_covered_share=0.6,
        most_overlapping_share=0.6,
        least_red_cells_per_100=5.0,
        most_distance=1.5,
        likeness=LikenessSettings(-2.0, 1.0, 1.0, -1.0, 1.0, 1.0, 0.0, 0.5),
        familiarity=some_familiarity().packed(),
        usual={"red_cells_per_100": (2.0, 90.0), "cluttered_share": (0.0, 0.4), "distance": (0.5, 1.4)},
        learnt_from={"first": 30, "second": 30, "no smears": 20},
    )


def _scaled(box: tuple[float, float, float, float], factor: float) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (edge * factor for edge in box)
    return x1, y1, x2, y2
