"""Counting fields whose cells have known names, through the whole pipeline, once each."""

from collections.abc import Sequence
from pathlib import Path

from model.data.packed import PackedField
from model.evaluation.naming.named_cells import NamedCell, named_cells
from model.evaluation.naming.parts import calibrates
from model.evaluation.predictions import Progress, image_size_of
from model.inference import CellCounter
from model.types import FieldResult


class NameJudge:
    """Gathers the named cells of fields that are counted anyway, so that none is counted twice.

    ``has_seen_calibration`` is False where the weights were calibrated without all of these fields.
    """

    def __init__(self, *, has_seen_calibration: bool = True) -> None:
        self.cells: list[NamedCell] = []
        self._has_seen_calibration = has_seen_calibration

    def add(self, field: PackedField, result: FieldResult) -> None:
        """Judge one counted field; in one that the gate refused no cell was found.

        Raises:
            RefusedField: Its image could not be read.
            WeightsNameNothing: A cell that should be named is not.
        """
        image_size_of(field, result)
        has_calibrated = self._has_seen_calibration and calibrates(field)
        self.cells += named_cells(field, result.cells, has_calibrated=has_calibrated)

    def count(self, counter: CellCounter, fields: Sequence[PackedField], progress: Progress) -> None:
        """Count fields and judge them.

        Raises:
            RefusedField: The pipeline could not read an image.
            WeightsNameNothing: A cell that should be named is not.
            OSError: A full-size image is no longer where the data set was built from.
        """
        for done, field in enumerate(fields, start=1):
            self.add(field, counter.count(Path(field.original_path).read_bytes()))
            progress(done, len(fields))
