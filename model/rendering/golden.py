"""The rendered golden fields: drawings whose cells are known, on which every weights release is tried.

They show whether a release counts at all and how it compares with another, and not how well it counts blood: that is
for the fields that a laboratory reviewed. A recipe is never changed; new ones are added at the end.
"""

from model.classes import WhiteCellSubtype
from model.rendering.camera import Camera
from model.rendering.examples import example_recipe, random_recipe
from model.rendering.recipe import SmearRecipe
from model.rendering.stain import STAINS
from model.types import Size

_SMALL = Size(640, 480)
_CALM = Camera(blur_px=0.8, noise=1.2, vignetting=0.05, texture=0.005, jpeg_quality=None)
_SEEDS_AND_DIAMETERS_PX = ((101, 56.0), (102, 64.0), (103, 72.0), (104, 48.0))


def golden_recipes() -> tuple[SmearRecipe, ...]:
    """The recipes, always the same and in this order: varied fields, one of platelets, two of white cells."""
    varied = (random_recipe(seed, _SMALL, diameter_px) for seed, diameter_px in _SEEDS_AND_DIAMETERS_PX)
    return (
        *varied,
        SmearRecipe(_SMALL, 22, 0, 16, 62.0, camera=_CALM, seed=105, clumping=0.1, central_pallor=0.8),
        _white_cells(106, WhiteCellSubtype.NEUTROPHIL, WhiteCellSubtype.LYMPHOCYTE, WhiteCellSubtype.MONOCYTE),
        _white_cells(107, WhiteCellSubtype.EOSINOPHIL, WhiteCellSubtype.BASOPHIL, WhiteCellSubtype.NEUTROPHIL),
        example_recipe(),
    )


def _white_cells(seed: int, *subtypes: WhiteCellSubtype) -> SmearRecipe:
    return SmearRecipe(
        size=Size(800, 600),
        red_cells=26,
        white_cells=len(subtypes),
        platelets=5,
        red_cell_diameter_px=70.0,
        stain=STAINS["may_gruenwald_warm"],
        camera=_CALM,
        seed=seed,
        white_cell_subtypes=subtypes,
        central_pallor=0.8,
        clumping=0.1,
        debris=1,
    )
