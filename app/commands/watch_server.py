"""The server as ``bloodcount watch`` talks to it: every call is repeated until the server has answered."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import httpx2

from app.errors import CommandFailed
from app.schemas.batches import Announcement, BatchFile, BatchFileStatus, GroupingRule
from app.web.resumable_upload import PART_TYPE, STATE_HEADER, TUS_VERSION

PART_BYTES = 8 * 1024 * 1024
_ANNOUNCED_AT_ONCE = 500
_TIMEOUT_S = 120.0
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 60.0
_OFFSET_CODES = frozenset({"upload_offset_mismatch", "file_not_awaited"})
_NOT_SIGNED_IN, _FORBIDDEN = 401, 403
_CONFLICT, _TOO_MANY_REQUESTS, _SERVER_ERROR = 409, 429, 500


class Stopped(Exception):
    """The user stops the watching; what was sent is remembered."""


class ServerRefused(Exception):
    """The server will not do it, however often it is asked; ``code`` and the message are the server's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class BatchServer:
    """A server that takes batches, asked over one connection."""

    def __init__(
        self, url: str, token: str | None, is_stopped: threading.Event, *, tell: Callable[[str], None]
    ) -> None:
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self.url = url.rstrip("/")
        self._client = httpx2.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=_TIMEOUT_S)
        self._is_stopped = is_stopped
        self._tell = tell

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def open_batch(self, *, name: str, rule: GroupingRule, key: str) -> int:
        """The number of the batch of an idempotency key.

        Raises:
            ServerRefused: The server does not take it.
            Stopped: The user stops the watching.
        """
        body = {"name": name, "rule": rule.model_dump(mode="json")}
        answer = self._ask("POST", "/batches", json=body, headers={"Idempotency-Key": key})
        return int(answer.json()["id"])

    def announce(self, batch_id: int, files: Sequence[Mapping[str, Any]]) -> list[BatchFile]:
        """Announce files and say how much of each has arrived already.

        Raises:
            ServerRefused: The server does not take them.
            Stopped: The user stops the watching.
        """
        announced: list[BatchFile] = []
        for start in range(0, len(files), _ANNOUNCED_AT_ONCE):
            some = Announcement.model_validate({"files": files[start : start + _ANNOUNCED_AT_ONCE]})
            answer = self._ask("POST", f"/batches/{batch_id}/files", json=some.model_dump(mode="json"))
            announced += [BatchFile.model_validate(entry) for entry in answer.json()["files"]]
        return announced

    def send_part(self, batch_id: int, file_id: int, *, offset: int, part: bytes) -> int:
        """Send a part and return up to where the file has arrived now, which a lost answer leaves to be asked for.

        Raises:
            ServerRefused: The server does not take it.
            Stopped: The user stops the watching.
        """
        headers = {"Content-Type": PART_TYPE, "Tus-Resumable": TUS_VERSION, "Upload-Offset": str(offset)}
        try:
            answer = self._ask("PATCH", f"/batches/{batch_id}/files/{file_id}", content=part, headers=headers)
        except ServerRefused as refusal:
            if refusal.code not in _OFFSET_CODES:
                raise
            answer = self._ask("HEAD", f"/batches/{batch_id}/files/{file_id}")
        is_awaited = answer.headers.get(STATE_HEADER) == BatchFileStatus.AWAITED
        return int(answer.headers["Upload-Offset"]) if is_awaited else -1

    def file(self, batch_id: int, file_id: int) -> BatchFile:
        """What became of a file.

        Raises:
            ServerRefused: There is no such file.
            Stopped: The user stops the watching.
        """
        return BatchFile.model_validate(self._ask("GET", f"/batches/{batch_id}/files/{file_id}").json())

    def paths_taken(self, batch_id: int) -> set[str]:
        """The paths of a batch's files that are finished, whatever became of them, but for those that never arrived.

        Raises:
            ServerRefused: There is no such batch.
            Stopped: The user stops the watching.
        """
        taken: set[str] = set()
        after: int | None = 0
        while after is not None:
            page = self._ask("GET", f"/batches/{batch_id}/files", params={"after": after, "limit": 1000}).json()
            missing = {BatchFileStatus.AWAITED, BatchFileStatus.ABANDONED}
            taken |= {entry["path"] for entry in page["items"] if entry["status"] not in missing}
            after = page["next_after"]
        return taken

    def complete(self, batch_id: int) -> None:
        """Say that everything was sent; files that changed meanwhile are left out.

        Raises:
            ServerRefused: There is no such batch.
            Stopped: The user stops the watching.
        """
        self._ask("POST", f"/batches/{batch_id}/complete", json={"leave_out_missing": True})

    def _ask(self, method: str, path: str, **options: Any) -> httpx2.Response:  # noqa: ANN401  # as httpx2 takes them
        wait_s = _FIRST_WAIT_S
        while not self._is_stopped.is_set():
            trouble = self._trouble_or_answer(method, path, options)
            if isinstance(trouble, httpx2.Response):
                return trouble
            self._tell(f"The server does not take anything at the moment ({trouble}); next try in {wait_s:.0f} s.")
            self._is_stopped.wait(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
        raise Stopped

    def _trouble_or_answer(self, method: str, path: str, options: Mapping[str, Any]) -> httpx2.Response | str:
        """The answer, or in a few words what may be over at the next try.

        Raises:
            CommandFailed: The token is not good, or not for this.
            ServerRefused: Asking again would change nothing.
        """
        try:
            answer = self._client.request(method, path, **options)
        except httpx2.TransportError as error:
            return str(error) or type(error).__name__
        if answer.is_success:
            return answer
        code, message = _problem(answer)
        if answer.status_code == _NOT_SIGNED_IN:
            raise CommandFailed(f"{message} Set BLOODCOUNT_API_TOKEN to it on this computer.")
        if answer.status_code == _FORBIDDEN:
            raise CommandFailed(f"{message} The token in BLOODCOUNT_API_TOKEN has to be one that may send images.")
        if answer.status_code >= _SERVER_ERROR or answer.status_code == _TOO_MANY_REQUESTS:
            return message
        raise ServerRefused(code, message)


def _problem(answer: httpx2.Response) -> tuple[str, str]:
    try:
        error = answer.json()["error"]
        return str(error["code"]), str(error["message"])
    except (ValueError, KeyError, TypeError):
        code = "upload_offset_mismatch" if answer.status_code == _CONFLICT else "unknown"
        return code, f"{answer.request.url.host} answered {answer.status_code}."
