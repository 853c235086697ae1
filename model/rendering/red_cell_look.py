"""What the red cells of one slide have in common."""

from dataclasses import dataclass

import numpy as np

from model.rendering.arrays import Floats
from model.rendering.recipe import SmearRecipe


@dataclass(frozen=True, slots=True)
class RedCellLook:
    """Density, pallor and edges of one slide's red cells; lengths are in radii of a cell.

    ``central_pallor`` (0..1) is the middle's lack of density, ``pallor_extent`` its radius,
    ``pallor_steepness`` how sharply it ends; ``edge_halo`` is the density that the bright line
    outside takes away; ``opacity`` how far a cell hides those below it (0: densities add up).
    """

    density_rgb: Floats
    central_pallor: float
    edge_halo: float
    diameter_px: float
    pallor_extent: float
    pallor_steepness: float
    rim_width: float
    rim_strength: float
    opacity: float


def red_cell_look(recipe: SmearRecipe, rng: np.random.Generator) -> RedCellLook:
    """The look of a recipe's red cells; what the recipe leaves open is drawn at random."""
    return RedCellLook(
        density_rgb=recipe.stain.density(recipe.stain.red_cell_rgb),
        central_pallor=recipe.central_pallor,
        edge_halo=recipe.edge_halo,
        diameter_px=recipe.red_cell_diameter_px,
        pallor_extent=float(rng.uniform(0.36, 0.68)),
        pallor_steepness=float(rng.uniform(2.0, 5.0)),
        rim_width=float(rng.uniform(0.05, 0.12)),
        rim_strength=float(rng.uniform(0.0, 0.3)),
        opacity=float(rng.uniform(0.15, 0.45)),
    )
