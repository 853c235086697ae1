"""The field images that a report shows: one decoded at a time, made small, checked against the hash that was signed.

Where the person who signed wanted it, the counted cells are drawn on them, checked against their hash, too.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image as PillowImage
from reportlab.platypus import Flowable, Image, KeepTogether

from app.schemas.result_record import CellEntry
from app.web.report_pdf import pieces
from app.web.report_pdf.cells import PictureWithCells
from app.web.report_view import FieldRow, ReportView
from model.preprocessing import DecodedImage, ImageRefused

PictureReader = Callable[[int], bytes | None]
"""Reads the file of an image by its number; None where the image store has lost it."""

PictureDecoder = Callable[[bytes], DecodedImage]
"""The upright pixels of an image file; raises ``ImageRefused``."""

CellReader = Callable[[int], Sequence[CellEntry] | None]
"""The counted cells of an image by its number, as they were signed; None where they are not those that were signed."""


@dataclass(frozen=True, slots=True)
class PictureSource:
    """Where the pictures of a report come from."""

    read: PictureReader
    decode: PictureDecoder
    read_cells: CellReader


_LONGEST_SIDE_PX = 1400
_JPEG_QUALITY = 85
_LARGEST_SHARE_OF_PAGE = 0.36
_NOT_THE_CELLS = "The cells of this image are not those that were signed, so they are not drawn."
_KEY = (
    "Drawn on the images: red cells as ellipses, white cells as double rectangles, platelets as diamonds, nucleated "
    "red cells as rectangles; a dotted line is the network's suggestion, a full line what a person confirmed. Letters "
    "name the types of white cells and the unusual ones of red cells."
)


def picture_section(view: ReportView, source: PictureSource, *, width: float, height: float) -> Iterator[Flowable]:
    """The chosen field images with what they are; ``width`` and ``height`` are those of a page's text."""
    rows = {row.image_id: row for row in view.fields}
    chosen = [rows[image_id] for image_id in view.picture_ids]
    if not chosen:
        return
    for at, row in enumerate(chosen):
        above = [pieces.heading("Field images")] if at == 0 else []
        counts = ", ".join(
            f"{code} {count}" for code, count in zip(("RBC", "WBC", "PLT", "NRBC"), row.counts, strict=True)
        )
        caption = pieces.small(f"Image {row.position}: {row.file_name}, {row.size}. {counts}. SHA-256 {row.sha256}")
        cells = source.read_cells(row.image_id) if view.draws_cells else ()
        told = [pieces.state(_NOT_THE_CELLS)] if cells is None else []
        picture = _picture(row, source, cells or (), width, height)
        yield KeepTogether([*above, picture, pieces.gap(2), *told, caption, pieces.gap(6)])
    if view.draws_cells:
        yield pieces.small(_KEY)


def _picture(row: FieldRow, source: PictureSource, cells: Sequence[CellEntry], width: float, height: float) -> Flowable:
    content = source.read(row.image_id)
    if content is None:
        return pieces.state("The file of this image is no longer in the image store.")
    if hashlib.sha256(content).hexdigest() != row.sha256:
        return pieces.state("The file of this image is not the one that was signed, so it is not shown.")
    try:
        picture = PillowImage.fromarray(source.decode(content).image_hwc_u8)
    except ImageRefused as refusal:
        return pieces.state(f"This image cannot be shown: {refusal.message}")
    upright_width = picture.width
    picture.thumbnail((_LONGEST_SIDE_PX, _LONGEST_SIDE_PX))
    buffer = BytesIO()
    picture.save(buffer, format="JPEG", quality=_JPEG_QUALITY)
    buffer.seek(0)
    scale = min(width / picture.width, _LARGEST_SHARE_OF_PAGE * height / picture.height)
    drawn = Image(buffer, width=picture.width * scale, height=picture.height * scale, hAlign="LEFT")
    return PictureWithCells(drawn, cells, drawn.drawWidth / upright_width) if cells else drawn
