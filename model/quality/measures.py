"""The measures of a field's quality: numbers that do not depend on how many pixels the camera gave."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from model.config import RED_CELL_DIAMETER_PX
from model.quality.edges import measure_edges
from model.quality.patches import Patch, PatchColours, colours_of

_LEAST_PIXELS = 500
"""Fewer pixels outside the cells, or in them, tell no colour."""

_LEAST_RAYS = 48
_LUMINANCE = np.array([0.299, 0.587, 0.114])
_CLIPPED = 253
_PLAIN = 0.15
"""Of the background's brightness: pixels within this are taken as plain background."""

_TOUCHING = 0.75
"""Of their mean diameter: red cells whose middles are nearer than this lie on one another."""


@dataclass(frozen=True, slots=True)
class FieldMeasures:
    """What is measured of one field, None where undefined.

    ``edge_width_px``: median width of red cells' edges, a red cell being 50 px wide.
    ``edge_share``: of the rays through their outlines, those that cross an edge. ``background_brightness``: 0..1,
    of the pixels outside the cells; ``background_red_to_green`` and ``background_blue_to_green``: its colour.
    ``clipped_share``: of those pixels, white in all three channels. ``cell_contrast``: how much darker red cells are
    than the background in green, 0..1; ``cell_redness``: red to green in red cells over the same in the background.
    ``cluttered_share``: of the pixels outside the cells, those unlike the background. ``covered_share``: of the area,
    within cells. ``overlapping_share``: of the red cells, those lying on another one. ``red_cells_per_100``: red cells
    to an area of a hundred squares as wide as a red cell. ``red_cell_score``: their median score.
    """

    edge_width_px: float | None = None
    edge_share: float | None = None
    background_brightness: float | None = None
    background_red_to_green: float | None = None
    background_blue_to_green: float | None = None
    clipped_share: float | None = None
    cell_contrast: float | None = None
    cell_redness: float | None = None
    cluttered_share: float | None = None
    covered_share: float | None = None
    overlapping_share: float | None = None
    red_cells_per_100: float | None = None
    red_cell_score: float | None = None

    def rounded(self) -> dict[str, float | None]:
        """The measures by name, as records carry them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: None if value is None else round(value, 4) for name, value in values.items()}


def measure_field(patches: Sequence[Patch], red_cell_scores: Sequence[float], area_px: float) -> FieldMeasures:
    """The measures of a field from parts of it.

    ``red_cell_scores`` are those of the red cells counted in the whole field, which is ``area_px`` square pixels large
    at the network's scale.
    """
    colours = [colours_of(patch) for patch in patches]
    edges = [measure_edges(patch) for patch in patches]
    widths, rays = np.concatenate([part.widths_px for part in edges]), sum(part.looked_at for part in edges)
    weights = np.array([patch.pixels_hwc_u8.shape[0] * patch.pixels_hwc_u8.shape[1] for patch in patches], dtype=float)
    return FieldMeasures(
        edge_width_px=float(np.median(widths)) if len(widths) >= _LEAST_RAYS else None,
        edge_share=len(widths) / rays if rays >= _LEAST_RAYS else None,
        covered_share=float(np.average([part.covered for part in colours], weights=weights)),
        overlapping_share=_overlapping_share(patches),
        red_cells_per_100=100 * len(red_cell_scores) * RED_CELL_DIAMETER_PX**2 / area_px,
        red_cell_score=float(np.median(red_cell_scores)) if red_cell_scores else None,
        **_colour_measures(colours),
    )


def _colour_measures(colours: Sequence[PatchColours]) -> dict[str, float | None]:
    outside = np.concatenate([part.outside for part in colours])
    inside = np.concatenate([part.in_red_cells for part in colours])
    if len(outside) < _LEAST_PIXELS:
        return {}
    background = np.maximum(np.median(outside, axis=0), 1.0)
    brightness = float(background @ _LUMINANCE)
    unlike = (np.abs(outside - background.astype(np.float32)) > _PLAIN * brightness).any(axis=1)
    measures: dict[str, float | None] = {
        "background_brightness": brightness / 255,
        "background_red_to_green": float(background[0] / background[1]),
        "background_blue_to_green": float(background[2] / background[1]),
        "clipped_share": float((outside.min(axis=1) >= _CLIPPED).mean()),
        "cluttered_share": float(unlike.mean()),
    }
    if len(inside) >= _LEAST_PIXELS:
        cell = np.maximum(np.median(inside, axis=0), 1.0)
        measures["cell_contrast"] = float(1 - cell[1] / background[1])
        measures["cell_redness"] = float(cell[0] / cell[1] / (background[0] / background[1]))
    return measures


def _overlapping_share(patches: Sequence[Patch]) -> float | None:
    """Of the red cells with at least one other in their patch, those whose middle lies within another's reach."""
    overlapping = [_overlapping(patch.red_boxes_xyxy_px) for patch in patches]
    together = np.concatenate(overlapping)
    return float(together.mean()) if len(together) else None


def _overlapping(boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
    if len(boxes) <= 1:
        return np.empty(0, dtype=bool)
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    diameter = (boxes[:, 2:] - boxes[:, :2]).mean(axis=1)
    apart = np.linalg.norm(centre[:, None] - centre[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    reach = _TOUCHING * (diameter[:, None] + diameter[None]) / 2
    return np.asarray((apart < reach).any(axis=1))
