"""What a gallery shows: the cells of a sample's fields by type, the most doubtful first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.schemas.result_record import CellEntry
from app.schemas.reviews import CellState, FieldReview
from app.schemas.samples import ImageStatus, SampleDetail
from app.services.reviews.crop_sheets import SheetPlace, sheet_places
from app.services.reviews.reviewed_cells import network_cell_id, network_state
from app.web.crops import CropPlace, crop_place, sheet_size
from app.web.subtype_words import SUBTYPE_NAMES, UNSURE, probability_words
from app.web.type_buttons import TypeButton, platelet_button, red_buttons, white_buttons
from model.classes import CellClass, RedCellSubtype, WhiteCellSubtype

ReadReview = Callable[[int], FieldReview]
"""Reads a field for correcting by its image's number."""


class GalleryKind(StrEnum):
    """Which cells a gallery shows."""

    WHITE = "white"
    RED = "red"


CLASS_OF_KIND = {GalleryKind.WHITE: CellClass.WHITE_BLOOD_CELL, GalleryKind.RED: CellClass.RED_BLOOD_CELL}
_FIELDS_PER_PAGE = {GalleryKind.WHITE: 24, GalleryKind.RED: 4}
"""A field has a few white cells and hundreds of red ones."""

_ORDER: dict[GalleryKind, tuple[str, ...]] = {
    # What a person has to decide comes first; then the findings, and what is usual last.
    GalleryKind.WHITE: (
        WhiteCellSubtype.UNIDENTIFIED,
        *(subtype for subtype in WhiteCellSubtype if subtype is not WhiteCellSubtype.UNIDENTIFIED),
    ),
    GalleryKind.RED: (
        RedCellSubtype.UNCATEGORISED,
        *(
            subtype
            for subtype in RedCellSubtype
            if subtype not in {RedCellSubtype.UNCATEGORISED, RedCellSubtype.NORMAL}
        ),
        RedCellSubtype.NORMAL,
    ),
}


@dataclass(frozen=True, slots=True)
class GalleryTile:
    """One cell: where it is, what it is called, how doubtful that is (0 for a person's word), and its crop."""

    image_id: int
    file_name: str
    cell: str
    is_confirmed: bool
    doubt: float
    words: str
    sheet_url: str
    sheet_size: tuple[int, int]
    place: CropPlace


@dataclass(frozen=True, slots=True)
class GalleryGroup:
    """The cells of one type, the most doubtful first."""

    key: str
    name: str
    tiles: tuple[GalleryTile, ...]


@dataclass(frozen=True, slots=True)
class GalleryView:
    """One page of a sample's gallery."""

    sample: SampleDetail
    kind: GalleryKind
    groups: tuple[GalleryGroup, ...]
    image_ids: tuple[int, ...]
    unavailable: frozenset[str]
    page: int
    page_count: int

    @property
    def erased_ids(self) -> frozenset[int]:
        """The images of this page whose photographs were erased: there is nothing to cut pictures from."""
        return frozenset(one.id for one in self.sample.images if one.erased_at and one.id in self.image_ids)

    @property
    def buttons(self) -> tuple[TypeButton, ...]:
        """The names that a cell of this gallery can be given, those that take it elsewhere last."""
        white, red = white_buttons(), red_buttons(self.unavailable)
        if self.kind is GalleryKind.WHITE:
            return (*white, platelet_button(), replace(red[0], name="Red cell"))
        return (*red, platelet_button(), replace(white[-1], name="White cell"))


def build_gallery_view(
    sample: SampleDetail, kind: GalleryKind, read_review: ReadReview, *, page: int = 1
) -> GalleryView:
    """A page of the gallery; the nearest page where there is no such one."""
    counted = [image.id for image in sample.images if image.status == ImageStatus.COUNTED]
    per_page = _FIELDS_PER_PAGE[kind]
    page_count = max(1, -(-len(counted) // per_page))
    page = min(max(1, page), page_count)
    image_ids = tuple(counted[(page - 1) * per_page : page * per_page])
    reviews = [read_review(image_id) for image_id in image_ids]
    tiles: dict[str, list[GalleryTile]] = {}
    for review in reviews:
        for subtype, tile in _tiles(review, CLASS_OF_KIND[kind]):
            tiles.setdefault(subtype, []).append(tile)
    return GalleryView(
        sample=sample,
        kind=kind,
        groups=tuple(_group(kind, subtype, tiles.get(subtype, ())) for subtype in _ORDER[kind]),
        image_ids=image_ids,
        unavailable=frozenset(name for review in reviews for name in review.unavailable),
        page=page,
        page_count=page_count,
    )


def _group(kind: GalleryKind, subtype: str, tiles: Sequence[GalleryTile]) -> GalleryGroup:
    ordered = sorted(tiles, key=lambda tile: -tile.doubt)
    return GalleryGroup(f"{CLASS_OF_KIND[kind].value}:{subtype}", SUBTYPE_NAMES[subtype], tuple(ordered))


def _tiles(review: FieldReview, cell_class: CellClass) -> Iterable[tuple[str, GalleryTile]]:
    """The counted cells of a class with the type they are grouped under."""
    pictures = cell_pictures(review)
    found = {network_cell_id(index): cell for index, cell in enumerate(review.cells)}
    states = {name: network_state(cell) for name, cell in found.items()}
    states |= {edit.cell: edit.new for edit in review.edits}
    unsure = WhiteCellSubtype.UNIDENTIFIED if cell_class is CellClass.WHITE_BLOOD_CELL else RedCellSubtype.UNCATEGORISED
    for name, state in states.items():
        if state.cell_class is cell_class and state.counted and not state.removed:
            yield state.subtype or unsure.value, _tile(review, name, state, found.get(name), pictures[name])


@dataclass(frozen=True, slots=True)
class CellPicture:
    """The sheet that a cell lies on, and where."""

    url: str
    size: tuple[int, int]
    place: CropPlace


def cell_pictures(review: FieldReview) -> dict[str, CellPicture]:
    """The picture of every cell of a field, by the cell's name."""
    places = sheet_places(review)
    sizes = _sheet_sizes(places.values())
    return {name: _sheet(review, place, sizes[place.sheet]) for name, place in places.items()}


def _sheet(review: FieldReview, place: SheetPlace, cells: int) -> CellPicture:
    name = "-".join(map(str, place.sheet))
    return CellPicture(
        url=f"/images/{review.image_id}/crops/{review.analysis_id}/{name}.jpg",
        size=sheet_size(place.cell_class, cells),
        place=crop_place(place.cell_class, place.position),
    )


def _tile(review: FieldReview, name: str, state: CellState, found: CellEntry | None, sheet: CellPicture) -> GalleryTile:
    is_confirmed = state.confirmed_by is not None
    probability = found.subtype_probability if found else None
    return GalleryTile(
        image_id=review.image_id,
        file_name=review.file_name,
        cell=name,
        is_confirmed=is_confirmed,
        doubt=0.0 if is_confirmed else 1.0 - (probability or 0.0),
        words=_words(state, found),
        sheet_url=sheet.url,
        sheet_size=sheet.size,
        place=sheet.place,
    )


def _sheet_sizes(places: Iterable[SheetPlace]) -> dict[tuple[str, str, int], int]:
    """Cells on every sheet."""
    sizes: dict[tuple[str, str, int], int] = {}
    for place in places:
        sizes[place.sheet] = max(sizes.get(place.sheet, 0), place.position + 1)
    return sizes


def _words(state: CellState, found: CellEntry | None) -> str:
    """Under a crop: a person's word, or how probable the network's is; for what it left open, what is likeliest."""
    if state.confirmed_by is not None:
        return "confirmed"
    if found is None or found.subtype_probability is None:
        return "suggested"
    percent = probability_words(found.subtype_probability).replace(" ", "\u00a0")
    if state.subtype in UNSURE and found.likeliest_subtype:
        return f"{SUBTYPE_NAMES[found.likeliest_subtype].lower()}? {percent}"
    return percent
