"""The metrics of an evaluation as tables for a terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table


def print_metrics(parts: Mapping[str, Mapping[str, Any]]) -> None:
    """Print how cells are found and how they are counted, part by part, with 95 % intervals."""
    console = Console()
    console.print(_detection(parts))
    console.print(_counting(parts))


def _detection(parts: Mapping[str, Mapping[str, Any]]) -> Table:
    from model.evaluation.shown_figures import interval_of, shown

    table = Table("fields of", "class", "cells", "AP50", "AP50-95", "precision", "recall", "F1", "accuracy")
    for name, part in parts.items():
        precision = part["average_precision"]
        for code, row in part["classes"].items():
            values = {**precision[code], **row}
            names = ("ap50", "ap50_95", "precision", "recall", "f1", "accuracy")
            figures = [shown(values[figure], interval_of(part, code, figure)) for figure in names]
            table.add_row(name, code, str(row["reference_cells"]), *figures)
        mean = [shown(precision["mean"][figure], interval_of(part, "mean", figure)) for figure in ("ap50", "ap50_95")]
        border = part["border_not_judged"]["mean_ap50"]
        table.add_row(name, "mean", "", *mean, end_section=True)
        table.add_row(name, "mean, border cells not judged", "", shown(border), end_section=True)
    return table


def _counting(parts: Mapping[str, Mapping[str, Any]]) -> Table:
    from model.evaluation.shown_figures import interval_of, limits, percent, signed

    table = Table(
        "fields of",
        "class",
        "cells",
        "counted",
        "count accuracy",
        "sum of image errors / cells",
        "per-image relative error",
        "bias a field",
        "95 % limits of agreement",
    )
    names = ("total_count_accuracy", "relative_image_error", "mean_relative_image_error")
    for name, part in parts.items():
        for code, row in part["classes"].items():
            figures = [percent(row[figure], interval_of(part, code, figure)) for figure in names]
            bias = signed(row["bias"], interval_of(part, code, "bias"))
            counts = (str(row["reference_cells"]), str(row["predicted_cells"]))
            table.add_row(name, code, *counts, *figures, bias, limits(row["limits_of_agreement"]))
        table.add_section()
    return table
