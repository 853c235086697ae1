"""From detected cells to counts, differential and morphology. No torch here."""

from model.counting.counts import NUCLEATED_RED_CELL, compute_counts, compute_differential, compute_morphology

__all__ = ["NUCLEATED_RED_CELL", "compute_counts", "compute_differential", "compute_morphology"]
