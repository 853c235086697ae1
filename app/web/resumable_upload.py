"""Parts of files as the tus protocol 1.0.0 sends them: streamed to the store, whatever their size."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from contextlib import ExitStack

import anyio
from anyio.to_thread import run_sync
from fastapi import Request
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.requests import ClientDisconnect

from app.batch_errors import UploadPartUnreadable
from app.errors import InvalidInput, RequestTooLarge
from app.schemas.batches import AnnouncedFile, BatchFile, BatchFileStatus
from app.services.intake.batch_intake import BatchIntake
from app.services.intake.receiving import Receiver
from app.web.context import AppContext

PART_TYPE = "application/offset+octet-stream"
TUS_VERSION = "1.0.0"
TUS_EXTENSIONS = "creation"
STATE_HEADER = "Bloodcount-File-Status"
"""Says with the last part what became of the file, so that a client need not ask."""

_BUFFER_BYTES = 1024 * 1024
_NUMBER = re.compile(r"[0-9]{1,16}")


def intake_of(context: AppContext) -> BatchIntake:
    """Where this application takes in the files of batches."""
    return BatchIntake(context.database.unit_of_work, context.store, context.engine, context.settings)


async def receive_part(request: Request, context: AppContext, *, batch_id: int, file_id: int) -> BatchFile:
    """Take in the part that a request brings; of a connection that breaks, what had come is kept.

    Raises:
        UploadPartUnreadable: The request is not made as the protocol asks for.
        RequestTooLarge: It brings more bytes than the file has; nothing of it is kept.
        BloodcountError: The part cannot be taken; see ``BatchIntake``.
    """
    offset = _offset(request.headers)
    intake = intake_of(context)
    missing = await run_sync(lambda: intake.missing_bytes(batch_id=batch_id, file_id=file_id, offset=offset))
    stack = ExitStack()
    incoming = await run_sync(stack.enter_context, context.store.receive())
    try:
        receiver = Receiver(incoming.file)
        await _receive(request, receiver, missing)
        return await run_sync(
            lambda: intake.take_part(
                batch_id=batch_id, file_id=file_id, offset=offset, incoming=incoming, received=receiver.received
            )
        )
    finally:
        with anyio.CancelScope(shield=True):
            await run_sync(stack.close)


def announced_file(headers: Mapping[str, str]) -> AnnouncedFile:
    """The file that a request of tus' creation extension announces.

    Raises:
        UploadPartUnreadable: The request is not made as the protocol asks for.
    """
    _check_version(headers)
    length = headers.get("upload-length", "")
    if not _NUMBER.fullmatch(length):
        raise UploadPartUnreadable("Upload-Length", "the number of bytes of the whole file")
    metadata = _metadata(headers.get("upload-metadata", ""))
    path = metadata.get("relativePath") or metadata.get("filename") or metadata.get("name") or ""
    try:
        return AnnouncedFile(
            path=path,
            byte_size=int(length),
            accession_number=metadata.get("accession_number"),
            note=metadata.get("note"),
        )
    except ValidationError as error:
        raise UploadPartUnreadable("Upload-Metadata", "a 'filename' of 1 to 500 characters, in Base64") from error


def refuse_closed(file: BatchFile) -> None:
    """Pass a file that can be sent: the protocol has no other way to say why one cannot.

    Raises:
        InvalidInput: It was refused when it was announced.
    """
    if file.status is BatchFileStatus.REFUSED and file.reason is not None:
        raise InvalidInput("files", file.reason.message)


def upload_headers(file: BatchFile) -> dict[str, str]:
    """What the protocol says about a file: how much of it has arrived, and how much there is."""
    is_awaited = file.status is BatchFileStatus.AWAITED
    return {
        "Tus-Resumable": TUS_VERSION,
        "Upload-Offset": str(file.received_bytes if is_awaited else file.byte_size),
        "Upload-Length": str(file.byte_size),
        "Cache-Control": "no-store",
        STATE_HEADER: file.status.value,
    }


def protocol_answer(context: AppContext) -> Response:
    """What this server understands of the protocol."""
    largest = max(context.settings.max_archive_bytes, context.settings.max_file_bytes)
    return Response(
        status_code=204,
        headers={
            "Tus-Resumable": TUS_VERSION,
            "Tus-Version": TUS_VERSION,
            "Tus-Extension": TUS_EXTENSIONS,
            "Tus-Max-Size": str(largest),
        },
    )


async def _receive(request: Request, receiver: Receiver, missing: int) -> None:
    buffer = bytearray()
    try:
        async for chunk in request.stream():
            buffer += chunk
            if receiver.byte_size + len(buffer) > missing:
                raise RequestTooLarge(missing)
            if len(buffer) >= _BUFFER_BYTES:
                await run_sync(receiver.write, bytes(buffer))
                buffer.clear()
    except ClientDisconnect:
        pass  # what has come is kept: that is the point of it
    if buffer:
        await run_sync(receiver.write, bytes(buffer))


def _offset(headers: Mapping[str, str]) -> int:
    _check_version(headers)
    if headers.get("content-type", "").partition(";")[0].strip() != PART_TYPE:
        raise UploadPartUnreadable("Content-Type", PART_TYPE)
    offset = headers.get("upload-offset", "")
    if not _NUMBER.fullmatch(offset):
        raise UploadPartUnreadable("Upload-Offset", "the place in the file where the part begins, in bytes")
    return int(offset)


def _check_version(headers: Mapping[str, str]) -> None:
    if headers.get("tus-resumable", TUS_VERSION) != TUS_VERSION:
        raise UploadPartUnreadable("Tus-Resumable", TUS_VERSION)


def _metadata(header: str) -> dict[str, str]:
    """The pairs of an Upload-Metadata header.

    Raises:
        UploadPartUnreadable: A value is no Base64 of UTF-8 text.
    """
    pairs = (pair.strip().partition(" ") for pair in header.split(",") if pair.strip())
    try:
        return {key: b64decode(value, validate=True).decode("utf-8") for key, _, value in pairs}
    except (Base64Error, UnicodeDecodeError) as error:
        raise UploadPartUnreadable("Upload-Metadata", "pairs of a key and a value in Base64") from error
