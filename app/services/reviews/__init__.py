"""What persons say of cells: corrections, manual differentials and the reference library."""
