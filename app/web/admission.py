"""Back-pressure: an upload that the server has no room for is refused in words before its body is read."""

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.admission_errors import TooManyUploads
from app.errors import BloodcountError
from app.services.intake.admission import require_room_in_queue, require_room_on_disk
from app.web.access_rules import OPEN_FORMS
from app.web.body_limit import drain
from app.web.context import AppContext, context_of
from app.web.problems import problem_response

_UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH"})
_SMALL_BODIES = ("application/json", "application/x-www-form-urlencoded")
"""Bodies that are no upload: they hold a few lines, and decisions about images must go through a full queue."""


class AdmissionMiddleware:
    """Answers 503 or 507 with ``Retry-After`` where the queue, the disk or the uploads under way leave no room."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.under_way = 0
        self._thread = CapacityLimiter(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http" or not is_upload(scope):
            await self.app(scope, receive, send)
            return
        self.under_way += 1
        try:
            refusal = await self._refusal(scope)
            if refusal is None:
                await self.app(scope, receive, send)
                return
        finally:
            self.under_way -= 1
        await drain(receive)
        await problem_response(scope, refusal)(scope, receive, send)

    async def _refusal(self, scope: Scope) -> BloodcountError | None:
        context = context_of(scope["app"])
        limit = context.settings.max_uploads_at_once
        if self.under_way > limit:
            return TooManyUploads(limit)
        declared = Headers(scope=scope).get("content-length", "")
        upload_bytes = int(declared) if declared.isdecimal() else 0
        return await to_thread.run_sync(_find_refusal, context, upload_bytes, limiter=self._thread)


def is_upload(scope: Scope) -> bool:
    """Whether a request brings files: it changes something, and its body is neither JSON nor a short form.

    What anybody may send takes no place from those who have signed in.
    """
    if scope["path"] in OPEN_FORMS:
        return False
    content_type = Headers(scope=scope).get("content-type", "")
    return scope["method"] in _UNSAFE_METHODS and content_type != "" and not content_type.startswith(_SMALL_BODIES)


def _find_refusal(context: AppContext, upload_bytes: int) -> BloodcountError | None:
    try:
        require_room_on_disk(context.settings, upload_bytes=upload_bytes)
        with context.database.unit_of_work() as session:
            require_room_in_queue(session, context.settings)
    except BloodcountError as error:
        return error
    return None
