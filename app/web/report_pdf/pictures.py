"""The field images that a report shows: one decoded at a time, made small, checked against the hash that was signed."""

import hashlib
from collections.abc import Callable, Iterator
from io import BytesIO

from PIL import Image as PillowImage
from reportlab.platypus import Flowable, Image, KeepTogether

from app.web.report_pdf import pieces
from app.web.report_view import FieldRow, ReportView
from model.preprocessing import DecodedImage, ImageRefused

PictureReader = Callable[[int], bytes | None]
"""Reads the file of an image by its number; None where the image store has lost it."""

PictureDecoder = Callable[[bytes], DecodedImage]
"""The upright pixels of an image file; raises ``ImageRefused``."""

_LONGEST_SIDE_PX = 1400
_JPEG_QUALITY = 85
_LARGEST_SHARE_OF_PAGE = 0.36


def picture_section(
    view: ReportView, read: PictureReader, decode: PictureDecoder, *, width: float, height: float
) -> Iterator[Flowable]:
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
        yield KeepTogether([*above, _picture(row, read, decode, width, height), caption, pieces.gap(6)])


def _picture(row: FieldRow, read: PictureReader, decode: PictureDecoder, width: float, height: float) -> Flowable:
    content = read(row.image_id)
    if content is None:
        return pieces.state("The file of this image is no longer in the image store.")
    if hashlib.sha256(content).hexdigest() != row.sha256:
        return pieces.state("The file of this image is not the one that was signed, so it is not shown.")
    try:
        picture = PillowImage.fromarray(decode(content).image_hwc_u8)
    except ImageRefused as refusal:
        return pieces.state(f"This image cannot be shown: {refusal.message}")
    picture.thumbnail((_LONGEST_SIDE_PX, _LONGEST_SIDE_PX))
    buffer = BytesIO()
    picture.save(buffer, format="JPEG", quality=_JPEG_QUALITY)
    buffer.seek(0)
    scale = min(width / picture.width, _LARGEST_SHARE_OF_PAGE * height / picture.height)
    return Image(buffer, width=picture.width * scale, height=picture.height * scale, hAlign="LEFT")
