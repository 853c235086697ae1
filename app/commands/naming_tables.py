"""The figures of naming as a table for a terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table


def print_naming(sets: Mapping[str, Mapping[str, Any]]) -> None:
    """Print how cells are named, set by set and reading by reading, with 95 % intervals."""
    from model.evaluation.card_naming import FIGURE_COLUMNS, shown_figures_of

    table = Table("cells of", "reading", "cells", *FIGURE_COLUMNS)
    for name, readings in sets.items():
        for reading, figures in readings.items():
            table.add_row(name, reading, str(figures["cells"]), *shown_figures_of(figures))
    Console().print(table)
