"""Answers that carry a file: a table, a record, or an image out of the store."""

from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from fastapi.responses import Response, StreamingResponse

from app.schemas.base import Schema
from app.services.results import ImageContent

_CHUNK_BYTES = 256 * 1024
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


def stream_image(content: ImageContent) -> StreamingResponse:
    """A stored image, sent piece by piece. An image never changes under its number, so a browser may keep it."""
    headers = {
        "Content-Length": str(content.byte_size),
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(content.file_name, safe='')}",
        "Cache-Control": f"private, max-age={_ONE_DAY_SECONDS}, immutable",
        # The bytes came from outside: should a browser ever take them for a page, nothing in it may run.
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    }
    return StreamingResponse(_chunks(content.stream), media_type=content.media_type, headers=headers)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk


def _download(body: bytes, media_type: str, file_name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)
