"""The ``labels.csv`` of Kaggle's "Blood Cell Images": sub-types of the white cells of BCCD's fields, by number."""

import csv
from pathlib import Path

from model.classes import WhiteCellSubtype, white_cell_subtype_of_label

SOURCE = "kaggle-blood-cells"
_FILE = "labels.csv"


def is_root(folder: Path) -> bool:
    """Whether the folder holds the list."""
    return (folder / _FILE).is_file()


def read_subtypes(root: Path) -> dict[str, tuple[WhiteCellSubtype, ...]]:
    """The sub-types by a field's original; a field with two white cells has two, a blank one is left out.

    Raises:
        UnknownLabel: A category is not in the mapping table.
        ValueError: The file lacks the columns Image and Category, or a number is none.
    """
    path = root / _FILE
    found = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            number, category = row.get("Image"), row.get("Category")
            if number is None or category is None:
                raise ValueError(f"{path} lacks the columns Image and Category")
            labels = [label for label in category.split(",") if label.strip()]
            if labels:
                found[f"bccd:BloodImage_{int(number):05d}"] = tuple(map(white_cell_subtype_of_label, labels))
    return found
