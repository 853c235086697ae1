"""Answers that carry a file: a table, a record, or an image out of the store."""

from collections.abc import Iterator
from io import SEEK_END
from typing import BinaryIO
from urllib.parse import quote

from fastapi.responses import Response, StreamingResponse

from app.schemas.base import Schema
from app.services.images.served_images import ServedImage

_PIECE_BYTES = 256 * 1024
_ONE_DAY_SECONDS = 86_400


def csv_download(table: str, file_name: str) -> Response:
    """A table to save. It begins with a byte-order mark, without which Excel misreads accents."""
    return _download(table.encode("utf-8-sig"), "text/csv; charset=utf-8", file_name)


def json_download(record: Schema, file_name: str) -> Response:
    """A record to save."""
    return _download(record.model_dump_json(indent=1).encode(), "application/json", file_name)


def text_download(text: str, media_type: str, file_name: str) -> Response:
    """A text to save, byte for byte in UTF-8."""
    return _download(text.encode("utf-8"), media_type, file_name)


def image_answer(image: ServedImage, file_name: str) -> StreamingResponse:
    """An image, sent piece by piece. An image never changes under its number, so a browser may keep it."""
    headers = {
        "Content-Length": str(sum(len(piece) for piece in image.pieces)),
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(image.name(file_name), safe='')}",
        "Cache-Control": f"private, max-age={_ONE_DAY_SECONDS}, immutable",
        # The bytes came from outside: should a browser ever take them for a page, nothing in it may run.
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    }
    return StreamingResponse(iter(image.pieces), media_type=image.media_type, headers=headers)


def file_answer(file: BinaryIO, media_type: str, file_name: str) -> StreamingResponse:
    """A temporary file to save, closed once it is sent."""
    headers = {
        "Content-Length": str(file.seek(0, SEEK_END)),
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "Cache-Control": "no-store",
    }
    file.seek(0)
    return StreamingResponse(_pieces(file), media_type=media_type, headers=headers)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


def _download(body: bytes, media_type: str, file_name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)
