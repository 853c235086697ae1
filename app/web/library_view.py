"""What the library's page and the strips beside a gallery show: pictures on one sheet, and what is known of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.schemas.reference_cells import ReferenceCell
from app.services.reviews.reference_library import PAGE_CELLS, library_numbers, library_page, library_strips
from app.web.crops import COLUMNS, KEPT_PX, kept_sheet_size
from app.web.subtype_words import SUBTYPE_NAMES
from model.classes import NAMED_RED_SUBTYPES, NAMED_WHITE_SUBTYPES

TYPES: dict[str, tuple[str, ...]] = {"WBC": NAMED_WHITE_SUBTYPES, "RBC": NAMED_RED_SUBTYPES}


@dataclass(frozen=True, slots=True)
class LibraryPicture:
    """A picture's place on its sheet, in pixels of it."""

    x: int
    y: int
    side: int
    sheet_url: str
    sheet_size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class LibraryTile:
    """A cell of the library with its picture."""

    cell: ReferenceCell
    picture: LibraryPicture


def pictures_of(ids: Sequence[int]) -> list[LibraryPicture]:
    """The pictures of these cells, which one request brings."""
    url = f"/library/pictures.jpg?cells={'.'.join(map(str, ids))}"
    places = [divmod(position, COLUMNS) for position in range(len(ids))]
    size = kept_sheet_size(len(ids))
    return [LibraryPicture(column * KEPT_PX, row * KEPT_PX, KEPT_PX, url, size) for row, column in places]


def picture_ids(text: str) -> list[int]:
    """The cells that a sheet's address names.

    Raises:
        InvalidInput: It names none, too many, or something else.
    """
    parts = text.split(".")
    if len(parts) > PAGE_CELLS or not all(part.isdecimal() and len(part) < 19 for part in parts):  # noqa: PLR2004
        raise InvalidInput("cells", f"Name 1 to {PAGE_CELLS} cells by their numbers, with dots between them.")
    return [int(part) for part in parts]


def library_values(session: Session, kind: str, page: int) -> dict[str, Any]:
    """What the library's page shows: how many there are of each type, and a page of one type.

    Raises:
        InvalidInput: There is no such type.
    """
    cell_class, _, subtype = kind.partition(":")
    if subtype not in TYPES.get(cell_class, ()):
        raise InvalidInput("type", f"{kind[:40]!r} is no type of cell; choose one of the list.")
    found = library_page(session, cell_class=cell_class, subtype=subtype, page=page)
    pictures = pictures_of([cell.id for cell in found.cells])
    return {
        "kind": kind,
        "name": SUBTYPE_NAMES[subtype],
        "names": SUBTYPE_NAMES,
        "types": TYPES,
        "numbers": library_numbers(session),
        "tiles": [LibraryTile(cell, picture) for cell, picture in zip(found.cells, pictures, strict=True)],
        "page": found,
    }


def library_beside(session: Session, cell_class: str) -> dict[str, list[LibraryPicture]]:
    """For each type of a class that the library has: its newest cells."""
    strips = library_strips(session, cell_class=cell_class)
    return {f"{cell_class}:{subtype}": pictures_of(ids) for subtype, ids in strips.items()}
