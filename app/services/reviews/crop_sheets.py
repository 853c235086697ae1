"""Which cells of a field lie on which sheet of crops, and in which order.

A sheet's address tells what lies on it for good: the network's cells of an analysis never change, and of the cells that
persons added, the first so many stay the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from app.schemas.reviews import EditAction, FieldReview
from app.services.reviews.review_errors import SheetNotFound
from app.services.reviews.reviewed_cells import network_cell_id
from app.services.reviews.reviews import field_review
from model.types import BoxXyxy

CELLS_PER_SHEET = 400

Origin = Literal["network", "person"]


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """A cell's place on a sheet: whose cells, which class, the sheet's number, and the position on it from 0.

    ``number`` is the page of the network's cells, from 0, or how many of the persons' cells the sheet holds.
    """

    origin: Origin
    cell_class: str
    number: int
    position: int

    @property
    def sheet(self) -> tuple[str, str, int]:
        """What tells its sheet from the field's other ones."""
        return self.origin, self.cell_class, self.number


@dataclass(frozen=True, slots=True)
class SheetAddress:
    """A sheet among all: of which image and analysis, whose cells, which class and which number."""

    image_id: int
    analysis_id: int
    origin: Origin
    cell_class: str
    number: int


@dataclass(frozen=True, slots=True)
class SheetBoxes:
    """The boxes of a sheet in order, and all boxes of the network's cells of the class, which give the scale."""

    boxes: tuple[BoxXyxy, ...]
    network_boxes: tuple[BoxXyxy, ...]


def sheet_places(review: FieldReview) -> dict[str, SheetPlace]:
    """The place of every cell of a field, by its name."""
    places = {}
    for cell_class, cells in _network_cells(review).items():
        for index, name in enumerate(cells):
            page, position = divmod(index, CELLS_PER_SHEET)
            places[name] = SheetPlace("network", cell_class, page, position)
    for cell_class, cells in _persons_cells(review).items():
        names = list(cells)
        first = max(0, len(names) - CELLS_PER_SHEET)
        for index, name in enumerate(names):
            # The newest of very many: an older one has its place on the sheet that was the last when it was added.
            number = len(names) if index >= first else index + 1
            places[name] = SheetPlace("person", cell_class, number, index - max(0, number - CELLS_PER_SHEET))
    return places


def sheet_boxes(session: Session, address: SheetAddress) -> SheetBoxes:
    """What lies on a sheet.

    Raises:
        ImageNotFound: There is no such image.
        ResultNotReady: It is not counted.
        FieldNotReviewable: It was refused.
        SheetNotFound: The image has no such sheet, or was counted anew since.
    """
    review = field_review(session, image_id=address.image_id)
    number = address.number
    network = tuple(_network_cells(review).get(address.cell_class, {}).values())
    if address.origin == "network":
        boxes = network[number * CELLS_PER_SHEET : (number + 1) * CELLS_PER_SHEET]
    else:
        persons = tuple(_persons_cells(review).get(address.cell_class, {}).values())
        boxes = persons[max(0, number - CELLS_PER_SHEET) : number] if number <= len(persons) else ()
    if review.analysis_id != address.analysis_id or not boxes:
        raise SheetNotFound(address.image_id)
    return SheetBoxes(boxes, network)


def _network_cells(review: FieldReview) -> Mapping[str, dict[str, BoxXyxy]]:
    by_class: dict[str, dict[str, BoxXyxy]] = {}
    for index, cell in enumerate(review.cells):
        by_class.setdefault(cell.cell_class.value, {})[network_cell_id(index)] = cell.box
    return by_class


def _persons_cells(review: FieldReview) -> Mapping[str, dict[str, BoxXyxy]]:
    """By the class they were added as, whatever they are called now, in the order they were added."""
    by_class: dict[str, dict[str, BoxXyxy]] = {}
    for edit in review.edits:
        if edit.action is EditAction.ADD:
            by_class.setdefault(edit.new.cell_class.value, {})[edit.cell] = edit.new.box
    return by_class
