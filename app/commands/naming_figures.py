"""Measuring how cells are named, for ``bloodcount evaluate``."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from app.commands.counting_bar import counting_bar

if TYPE_CHECKING:
    from model.data.packed import PackedField
    from model.evaluation.naming.judging import NameJudge
    from model.inference import CellCounter


def held_out_fields(dataset: Path, limit: int | None) -> "list[PackedField]":
    """The fields without boxes that judge names, at most ``limit`` of each source.

    Raises:
        PackedSetError: The folder has no index.
    """
    from model.data.packed import read_index
    from model.evaluation.naming.parts import held_out_fields as held_out
    from model.evaluation.naming.parts import thinned_by_source

    return thinned_by_source(held_out(read_index(dataset)), limit)


def naming_metrics(
    counter: "CellCounter", judge: "NameJudge", fields: "Sequence[PackedField]"
) -> dict[str, Any] | None:
    """Count the held-out fields too and compute the figures of naming; None where the weights name nothing.

    ``judge`` holds the named cells of the fields that were counted for their boxes.

    Raises:
        RefusedField: An image could not be read.
        OSError: A full-size image is no longer where the data set was built from.
    """
    from model.evaluation.naming.report import naming_table

    settings = counter.naming.settings
    if settings is None:
        typer.echo("These weights name no cell: no figures of naming (bloodcount calibrate DATASET)", err=True)
        return None
    with counting_bar("Counting fields with known names", len(fields)) as told:
        judge.count(counter, fields, told)
    return {"fields_by_source": _by_source(fields), **naming_table(judge.cells, settings)}


def _by_source(fields: "Sequence[PackedField]") -> dict[str, int]:
    return dict(sorted(Counter(field.source for field in fields).items()))
