"""Reference cells beside what the pipeline says of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from model.classes import CellClass, RedCellSubtype
from model.data.packed import PackedField
from model.evaluation.naming.labels import NOT_FOUND, PLATELET, UNIDENTIFIED
from model.evaluation.naming.references import ReferenceCell, reference_cells
from model.evaluation.naming.tying import tie_cells
from model.types import DetectedCell


@dataclass(frozen=True, slots=True)
class NamedCell:
    """One reference cell and its answers.

    ``name`` is the reference. ``answer`` is the working answer: a name, ``UNIDENTIFIED`` or ``NOT_FOUND``;
    ``likeliest`` what the network would say if it had to, or ``NOT_FOUND``. ``probability`` (0..1) is that of the
    likeliest, None where nothing was named: not found, or found as a platelet. ``has_calibrated`` tells that the
    cell chose the temperature and the working confidence, and so cannot judge them.
    """

    source: str
    original: str
    name: str
    answer: str
    likeliest: str
    probability: float | None
    has_calibrated: bool = False


class WeightsNameNothing(ValueError):
    """The weights give no sub-types, so none can be judged."""


def tied_cells(field: PackedField, cells: Sequence[DetectedCell]) -> list[tuple[ReferenceCell, int | None]]:
    """Every reference cell of known name in a field, with the place of the counted cell that it is, None for none."""
    references = reference_cells(field)
    counted = [place for place, cell in enumerate(cells) if cell.is_counted]
    found = tie_cells(
        references,
        [cells[place].box_xyxy_image_px for place in counted],
        [cells[place].cell_class for place in counted],
    )
    places = [None if place is None else counted[place] for place in found]
    return list(zip(references, places, strict=True))


def named_cells(field: PackedField, cells: Sequence[DetectedCell], *, has_calibrated: bool = False) -> list[NamedCell]:
    """Every reference cell of known name in a field with what the counted cells say of it.

    Raises:
        WeightsNameNothing: A cell that should be named is not.
    """
    named = []
    for reference, place in tied_cells(field, cells):
        answer, likeliest, probability = _answers(None if place is None else cells[place])
        named.append(
            NamedCell(field.source, field.original, reference.name, answer, likeliest, probability, has_calibrated)
        )
    return named


def _answers(cell: DetectedCell | None) -> tuple[str, str, float | None]:
    """Working answer, likeliest answer, and its probability.

    Raises:
        WeightsNameNothing: The cell should be named and is not.
    """
    if cell is None:
        return NOT_FOUND, NOT_FOUND, None
    if cell.cell_class is CellClass.PLATELET:
        return PLATELET, PLATELET, None
    if cell.subtype is None or cell.likeliest_subtype is None:
        raise WeightsNameNothing("these weights name no cell; let them with: bloodcount calibrate DATASET")
    is_unsure = cell.subtype in {UNIDENTIFIED, RedCellSubtype.UNCATEGORISED.value}
    return UNIDENTIFIED if is_unsure else cell.subtype, cell.likeliest_subtype, cell.subtype_probability
