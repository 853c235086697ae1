"""A limit on the size of a request's body, told in words before the body is kept anywhere."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import RequestTooLarge
from app.web.access_rules import OPEN_FORMS
from app.web.problems import problem_response
from app.web.resumable_upload import PART_TYPE

_OTHER_BODY_BYTES = 1_000_000
"""Limit for bodies that are no upload (JSON, short forms): they are read into memory as a whole."""

_DRAINED_BYTES = 64_000_000
"""How much of a body that is too large is read and thrown away, so that a browser gets to see the answer: one that
is still sending when the connection closes shows a connection error instead."""


class BodyLimitMiddleware:
    """Answers 413 to a body over the limit; a body of unknown length is cut off where it passes the limit."""

    def __init__(self, app: ASGIApp, upload_limit_bytes: int) -> None:
        self.app = app
        self.upload_limit_bytes = upload_limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit_bytes = self._limit_bytes(scope, headers)
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit_bytes:
            await drain(receive)
            await problem_response(scope, RequestTooLarge(limit_bytes))(scope, receive, send)
            return
        await self.app(scope, _counted(receive, limit_bytes), send)

    def _limit_bytes(self, scope: Scope, headers: Headers) -> int:
        # Both are streamed to disk, which nobody may fill who has not signed in.
        is_upload = headers.get("content-type", "").startswith(("multipart/form-data", PART_TYPE))
        is_upload = is_upload and scope["path"] not in OPEN_FORMS
        return self.upload_limit_bytes if is_upload else min(_OTHER_BODY_BYTES, self.upload_limit_bytes)


async def drain(receive: Receive) -> None:
    """Read a body that is refused and throw it away, up to a limit, so that its sender gets to see the answer."""
    drained_bytes = 0
    while drained_bytes < _DRAINED_BYTES:
        message = await receive()
        drained_bytes += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


def _counted(receive: Receive, limit_bytes: int) -> Receive:
    received_bytes = 0

    async def receive_counted() -> Message:
        nonlocal received_bytes
        message = await receive()
        received_bytes += len(message.get("body", b""))
        if received_bytes > limit_bytes:
            # FastAPI passes on only its own kind of error while it reads a body.
            raise HTTPException(413)
        return message

    return receive_counted
