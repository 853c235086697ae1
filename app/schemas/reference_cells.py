"""The laboratory's reference library: cells that persons confirmed and keep to compare others with."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from app.schemas.base import Schema
from model.types import BoxXyxy

MOST_AT_ONCE = 100
"""Cells that one request adds."""


class CellsToAdd(Schema):
    """Cells of one field, by the names that its review gives them."""

    image_id: int
    cells: Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(min_length=1, max_length=MOST_AT_ONCE)]


class RefusedCell(Schema):
    """A cell that has no place in the library, and why."""

    cell: str
    message: str


class AddedCells(Schema):
    """What became of the cells: how many are new in the library, how many were there, and which cannot go in."""

    added: int
    already: int
    refused: tuple[RefusedCell, ...]


class ConfirmedCell(Schema):
    """A cell of a field that a person has named or confirmed; ``box`` in pixels of the upright image."""

    cell: str
    cell_class: str
    subtype: str
    box: BoxXyxy
    confirmed_by: str


class FieldCells(Schema):
    """Confirmed cells of one field. ``usual_boxes`` are the network's of each class, which give the crops' scale."""

    sample_id: int
    image_id: int
    analysis_id: int
    cells: tuple[ConfirmedCell, ...]
    refused: tuple[RefusedCell, ...]
    usual_boxes: dict[str, tuple[BoxXyxy, ...]]


class ReferenceCell(Schema):
    """One cell of the library. ``now_called`` is its type in the review today where that is another one."""

    id: int
    sample_id: int
    accession_number: str
    image_id: int
    cell: str
    cell_class: str
    subtype: str
    confirmed_by: str
    added_by: str
    added_at: datetime
    now_called: str | None


class LibraryPage(Schema):
    """Some cells of one type, the newest first, of ``total`` in the library."""

    cells: tuple[ReferenceCell, ...]
    total: int
    page: int
    page_count: int
