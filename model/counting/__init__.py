"""From detected cells to counts, differential and morphology. No torch here."""

from model.counting.counts import NUCLEATED_RED_CELL, compute_counts, compute_differential, compute_morphology
from model.counting.densities import TileDensities, compute_head_counts, disagreeing_classes

__all__ = [
    "NUCLEATED_RED_CELL",
    "TileDensities",
    "compute_counts",
    "compute_differential",
    "compute_head_counts",
    "compute_morphology",
    "disagreeing_classes",
]
