"""Judging how cells are named: reference cells of known sub-type, tied to the cells that the pipeline found."""
