"""Ready recipes: varied fields for training and tests, and the worked example of the first page."""

import math

import numpy as np

from model.classes import RedCellSubtype, WhiteCellSubtype
from model.rendering.camera import Camera
from model.rendering.recipe import SmearRecipe
from model.rendering.stain import STAINS, random_stain
from model.types import Size

_ABNORMAL = tuple(
    shape for shape in RedCellSubtype if shape not in {RedCellSubtype.NORMAL, RedCellSubtype.UNCATEGORISED}
)
_WHITE_CELL_SHARE_OF_FIELD = 0.35


def random_recipe(seed: int, size: Size, red_cell_diameter_px: float) -> SmearRecipe:
    """A field of its own crowding, stain, camera and shapes for every seed.

    Args:
        seed: Any whole number of 0 or more; the same seed gives the same recipe.
        size: The image's size in pixels.
        red_cell_diameter_px: Diameter of a typical red cell in pixels.

    Raises:
        ValueError: The size, the diameter or the seed is out of range.
    """
    if seed < 0:
        raise ValueError(f"seed is {seed}; give a whole number of 0 or more.")
    probe = SmearRecipe(size, 0, 0, 0, red_cell_diameter_px)
    rng = np.random.default_rng([seed, 0x5EED])
    room = size.width * size.height / (math.pi / 4.0 * probe.red_cell_diameter_px**2)
    white_cells = _white_cells(rng, room)
    crowding = rng.uniform(0.1, 0.7)
    shapes = rng.choice(len(_ABNORMAL), size=int(rng.integers(0, 4)), replace=False)
    return SmearRecipe(
        size=size,
        red_cells=int(max(0.0, crowding * (room - 4.0 * white_cells))),
        white_cells=white_cells,
        platelets=int(min(rng.poisson(min(0.05 * room, 20.0)), 0.3 * room)),
        red_cell_diameter_px=red_cell_diameter_px,
        stain=random_stain(rng),
        camera=_random_camera(rng, red_cell_diameter_px),
        seed=seed,
        red_cell_shares=tuple((_ABNORMAL[index], float(rng.uniform(0.02, 0.25))) for index in shapes),
        central_pallor=float(rng.beta(2.0, 1.2)),
        clumping=float(rng.beta(1.3, 1.8)),
        edge_halo=float(rng.choice([0.0, rng.uniform(0.0, 0.12)])),
        debris=int(rng.poisson(min(0.04 * room, 10.0))),
    )


def example_recipe() -> SmearRecipe:
    """The worked example of the first page: a calm field with three white cells and no second guesses."""
    return SmearRecipe(
        size=Size(1280, 960),
        red_cells=74,
        white_cells=3,
        platelets=8,
        red_cell_diameter_px=88.0,
        stain=STAINS["may_gruenwald_warm"],
        camera=Camera(blur_px=0.9, noise=1.5, vignetting=0.06, texture=0.006, jpeg_quality=None),
        seed=25,
        white_cell_subtypes=(WhiteCellSubtype.NEUTROPHIL, WhiteCellSubtype.LYMPHOCYTE, WhiteCellSubtype.EOSINOPHIL),
        central_pallor=0.9,
        clumping=0.12,
        edge_halo=0.03,
        debris=2,
    )


def _white_cells(rng: np.random.Generator, room: float) -> int:
    """Usually none to two, never more than fit beside red cells in ``room`` red-cell areas."""
    return min(int(rng.choice([0, 1, 1, 1, 2, 3])), int(_WHITE_CELL_SHARE_OF_FIELD * room / 4.0))


def _random_camera(rng: np.random.Generator, red_cell_diameter_px: float) -> Camera:
    return Camera(
        blur_px=float(np.clip(rng.lognormal(-0.1, 0.5) * red_cell_diameter_px / 60.0, 0.2, 6.0)),
        noise=float(rng.uniform(0.3, 4.5)),
        vignetting=float(rng.beta(1.2, 5.0) * 0.5),
        texture=float(rng.uniform(0.0, 0.012)),
        jpeg_quality=int(rng.integers(70, 98)),
    )
