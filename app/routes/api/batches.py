"""``/api/v1/batches``: open a batch, send its files in parts that survive a broken connection, see where it stands."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, status
from fastapi.responses import Response

from app.schemas.base import Schema
from app.schemas.batches import (
    Announcement,
    BatchDetail,
    BatchFile,
    BatchFilePage,
    BatchFileStatus,
    BatchPage,
    Completion,
    Grouping,
    GroupingQuestion,
    NewBatch,
)
from app.services.intake.batch_progress import batch_detail, batch_file_page, batch_history, shown_file
from app.services.intake.batches import announce_files, complete_batch, open_batch, preview_grouping
from app.web.dependencies import ContextDep, IdempotencyKey, SessionDep, SettingsDep
from app.web.resumable_upload import (
    PART_TYPE,
    announced_file,
    protocol_answer,
    receive_part,
    refuse_closed,
    upload_headers,
)

router = APIRouter(tags=["batches"])

_PART_BODY = {"requestBody": {"content": {PART_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}


class AnnouncedFiles(Schema):
    """The announced files in the order they were given; a refused one has its reason."""

    files: tuple[BatchFile, ...]


@router.post("/batches", status_code=status.HTTP_201_CREATED)
def submit_batch(session: SessionDep, new: NewBatch, idempotency_key: IdempotencyKey = None) -> BatchDetail:
    """Open a batch. With the same Idempotency-Key it is the same batch again."""
    return open_batch(session, new=new, idempotency_key=idempotency_key)


@router.post("/batches/preview")
def show_grouping(session: SessionDep, question: GroupingQuestion) -> Grouping:
    """How files would be grouped into samples; nothing is stored."""
    return preview_grouping(session, question)


@router.get("/batches")
def show_batches(
    session: SessionDep,
    after: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Most batches on the page.")] = 50,
) -> BatchPage:
    """A page of batches, newest first."""
    return batch_history(session, after=after, limit=limit)


@router.get("/batches/{batch_id}")
def show_batch(session: SessionDep, batch_id: int) -> BatchDetail:
    """A batch: its status, its samples, and how many of its files stand where."""
    return batch_detail(session, batch_id=batch_id)


@router.post("/batches/{batch_id}/files")
def submit_announcement(
    session: SessionDep, settings: SettingsDep, batch_id: int, announcement: Announcement
) -> AnnouncedFiles:
    """Announce the files that will be sent; announcing one again changes nothing."""
    files = announce_files(session, settings, batch_id=batch_id, files=announcement.files)
    return AnnouncedFiles(files=tuple(files))


@router.get("/batches/{batch_id}/files")
def show_files(
    session: SessionDep,
    batch_id: int,
    after: Annotated[int, Query(ge=0, description="`next_after` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most files on the page.")] = 200,
    status: Annotated[BatchFileStatus | None, Query(description="Only files that stand there now.")] = None,
) -> BatchFilePage:
    """A page of a batch's files in the order they were announced."""
    return batch_file_page(session, batch_id=batch_id, after=after, limit=limit, status=status)


@router.post("/batches/{batch_id}/complete")
def submit_completion(session: SessionDep, batch_id: int, completion: Completion | None = None) -> BatchDetail:
    """Say that everything was sent. A second time changes nothing."""
    leave_out = completion is not None and completion.leave_out_missing
    return complete_batch(session, batch_id=batch_id, leave_out_missing=leave_out)


@router.options("/batches/{batch_id}/uploads")
def show_protocol(context: ContextDep, batch_id: int) -> Response:  # noqa: ARG001 - it is part of the address
    """What this server understands of the tus protocol."""
    return protocol_answer(context)


@router.post("/batches/{batch_id}/uploads", status_code=status.HTTP_201_CREATED)
def submit_upload(request: Request, session: SessionDep, settings: SettingsDep, batch_id: int) -> Response:
    """Announce one file as tus' creation extension does; `Location` is where its parts go."""
    file = announced_file(request.headers)
    announced = announce_files(session, settings, batch_id=batch_id, files=[file])[0]
    refuse_closed(announced)
    place = request.url.path.removesuffix("/uploads")
    headers = upload_headers(announced) | {"Location": f"{place}/files/{announced.id}"}
    return Response(status_code=status.HTTP_201_CREATED, headers=headers)


@router.head("/batches/{batch_id}/files/{file_id}", include_in_schema=False)
def show_offset(session: SessionDep, batch_id: int, file_id: int) -> Response:
    """How much of a file has arrived, in the header `Upload-Offset`."""
    return Response(headers=upload_headers(shown_file(session, batch_id=batch_id, file_id=file_id)))


@router.get("/batches/{batch_id}/files/{file_id}")
def show_file(session: SessionDep, batch_id: int, file_id: int) -> BatchFile:
    """One file of a batch; its image and sample, or the reason why it is not counted."""
    return shown_file(session, batch_id=batch_id, file_id=file_id)


@router.patch("/batches/{batch_id}/files/{file_id}", status_code=status.HTTP_204_NO_CONTENT, openapi_extra=_PART_BODY)
async def submit_part(request: Request, context: ContextDep, batch_id: int, file_id: int) -> Response:
    """Send the part that begins at `Upload-Offset`. With the last one an image is stored and will be counted."""
    file = await receive_part(request, context, batch_id=batch_id, file_id=file_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers=upload_headers(file))
