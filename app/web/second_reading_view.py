"""What the pages of a second reading show: pictures without names to choose names for, and both names afterwards."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.schemas.reviews import FieldReview
from app.schemas.second_readings import NO_WHITE_CELL, SecondReading
from app.services.reviews.second_readings import CHOICES, Labels, cell_key, cell_states, is_white
from app.web.gallery_view import CellPicture, cell_pictures
from app.web.subtype_words import SUBTYPE_NAMES
from app.web.type_buttons import white_buttons

CELLS_PER_PAGE = 24
_NO_WHITE_CELL_KEY = "x"


@dataclass(frozen=True, slots=True)
class Choice:
    """One name to choose: its value, how it reads, and the key that chooses it."""

    value: str
    name: str
    hotkey: str


@dataclass(frozen=True, slots=True)
class UnnamedCell:
    """A cell to name: its picture, and the name that this person gave it."""

    key: str
    picture: CellPicture
    label: str


@dataclass(frozen=True, slots=True)
class ReadingView:
    """One page of the cells to name, in the order in which they lie on the fields."""

    cells: tuple[UnnamedCell, ...]
    choices: tuple[Choice, ...]
    named: int
    total: int
    page: int
    page_count: int

    @property
    def first(self) -> int:
        """Cells on the pages before."""
        return (self.page - 1) * CELLS_PER_PAGE


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often the two readers used which names of the same cell; ``rows`` are first names, columns second ones."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


def build_reading_view(reviews: Sequence[FieldReview], labels: Labels, *, page: int) -> ReadingView:
    """A page of the cells of these fields; the nearest page where there is no such one."""
    cells = tuple(_unnamed_cells(reviews, labels))
    page_count = max(1, -(-len(cells) // CELLS_PER_PAGE))
    page = min(max(1, page), page_count)
    return ReadingView(
        cells=cells[(page - 1) * CELLS_PER_PAGE : page * CELLS_PER_PAGE],
        choices=choices(),
        named=sum(bool(cell.label) for cell in cells),
        total=len(cells),
        page=page,
        page_count=page_count,
    )


def choices() -> tuple[Choice, ...]:
    """The names that a second reader can give, with the galleries' keys."""
    keys = {button.subtype: button.hotkey for button in white_buttons()}
    return tuple(Choice(value, choice_name(value), keys.get(value, _NO_WHITE_CELL_KEY)) for value in CHOICES)


def choice_name(value: str) -> str:
    """How a name reads."""
    return "No white cell" if value == NO_WHITE_CELL else SUBTYPE_NAMES[value]


def build_confusion(reading: SecondReading) -> Confusion:
    """The names that were used at all, in the order of the galleries, with how often which pair was."""
    pairs = Counter((cell.first, cell.second) for cell in reading.cells)
    used = tuple(value for value in CHOICES if any(value in pair for pair in pairs))
    rows = tuple((choice_name(first), tuple(pairs[first, second] for second in used)) for first in used)
    return Confusion(tuple(choice_name(value) for value in used), rows)


def _unnamed_cells(reviews: Sequence[FieldReview], labels: Labels) -> Iterable[UnnamedCell]:
    for review in reviews:
        pictures = cell_pictures(review)
        for name, state in cell_states(review).items():
            if is_white(state):
                key = cell_key(review.image_id, name)
                yield UnnamedCell(key, pictures[name], labels.get(key, ""))
