"""Watching a folder: which files are complete, and sending them round by round, each once."""

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from watchfiles import watch as watch_changes

from app.commands.watch_server import PART_BYTES, BatchServer, ServerRefused, Stopped
from app.commands.watch_state import FoundFile, Round, SentFiles
from app.errors import CommandFailed
from app.schemas.batches import BatchFile, BatchFileStatus, GroupingRule
from app.services.intake.grouping import sample_of

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp"})
MOST_FILES_IN_A_ROUND = 500
_LONGEST_GATHERING_S = 60.0
"""Complete files wait for those still being written at most so long, so that a sample mostly comes as one batch."""

_LOOK_MS = 1000


class FileChanged(Exception):
    """A file is not any more what it was when the round was planned."""


class Watcher:
    """Finds complete files in a folder and sends them."""

    def __init__(
        self,
        folder: Path,
        rule: GroupingRule,
        sent: SentFiles,
        server: BatchServer,
        *,
        settle_s: float,
        tell: Callable[[str], None],
        is_stopped: threading.Event,
    ) -> None:
        self._folder = folder
        self._rule = rule
        self._sent = sent
        self._server = server
        self._settle_s = settle_s
        self._print = tell
        self._is_stopped = is_stopped
        self._seen: dict[str, tuple[FoundFile, float]] = {}
        self._told: set[str] = set()
        self._gathering_since: float | None = None

    def run(self, *, once: bool) -> None:
        """Send rounds until stopped; with ``once`` until everything that was there is sent.

        Raises:
            CommandFailed: The server refuses what no further try would change.
        """
        try:
            for _ in self._looks():
                unfinished = self._sent.open_round()
                if unfinished is not None:
                    self._send(unfinished)
                ready, unsettled = self.look()
                if ready and self._is_time(ready, unsettled):
                    self._send(self._sent.plan(ready[:MOST_FILES_IN_A_ROUND]))
                elif once and not ready and not unsettled:
                    return
        except Stopped:
            return
        except ServerRefused as refusal:
            raise CommandFailed(f"The server refused the batch: {refusal}") from refusal

    def look(self) -> tuple[list[FoundFile], bool]:
        """The files that are complete and were not sent, and whether others are still changing."""
        now = time.monotonic()
        found = {file.path: file for file in self._sent.unknown(list(self._files()))}
        self._seen = {
            path: self._seen[path] if path in self._seen and self._seen[path][0] == file else (file, now)
            for path, file in found.items()
        }
        ready = [file for file, since in self._seen.values() if now - since >= self._settle_s and file.byte_size]
        return sorted(ready, key=lambda file: file.path), len(ready) < len(self._seen)

    def _looks(self) -> Iterator[None]:
        """A look now, at every change, and every second: folders on a network tell of no changes."""
        yield
        for _ in watch_changes(
            self._folder,
            stop_event=self._is_stopped,
            yield_on_timeout=True,
            rust_timeout=_LOOK_MS,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            yield

    def _is_time(self, ready: list[FoundFile], unsettled: bool) -> bool:  # noqa: FBT001
        now = time.monotonic()
        self._gathering_since = self._gathering_since or now
        is_time = (
            not unsettled or len(ready) >= MOST_FILES_IN_A_ROUND or now - self._gathering_since > _LONGEST_GATHERING_S
        )
        if is_time:
            self._gathering_since = None
        return is_time

    def _files(self) -> Iterator[FoundFile]:
        """Every photograph below the folder; hidden files, links and other files are left alone."""
        for root, folders, names in os.walk(self._folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                place = Path(root, name)
                if name.startswith(".") or place.suffix.lower() not in SUFFIXES:
                    continue
                file = self._found(place)
                if file is not None and self._has_sample(file):
                    yield file

    def _found(self, place: Path) -> FoundFile | None:
        try:
            status = place.lstat()
        except OSError:
            return None  # it went away between two looks
        if not stat.S_ISREG(status.st_mode):
            return None
        return FoundFile(place.relative_to(self._folder).as_posix(), status.st_size, status.st_mtime_ns)

    def _has_sample(self, file: FoundFile) -> bool:
        if sample_of(file.path, self._rule):
            return True
        if file.path not in self._told:
            self._told.add(file.path)
            self._tell(f"not sent: {file.path} tells no accession number; put it into a folder named by it.")
        return False

    def _send(self, planned: Round) -> None:
        current = [file for file in planned.files if self._found(self._folder / file.path) == file]
        unsent = [file.path for file in planned.files if file not in current]
        name = f"{self._folder.resolve().name} {datetime.now():%Y-%m-%d %H:%M}"  # noqa: DTZ005 - the user's own clock
        batch_id = self._server.open_batch(name=name, rule=self._rule, key=planned.key)
        self._tell(f"sending {len(current)} files as batch {batch_id}")
        try:
            announced = self._server.announce(
                batch_id, [{"path": file.path, "byte_size": file.byte_size} for file in current]
            )
        except ServerRefused as refusal:
            if refusal.code != "batch_closed":
                raise
            self._leave_closed_batch(planned, batch_id)
            return
        refused = 0
        for file, known in zip(current, announced, strict=True):
            try:
                outcome = self._send_file(batch_id, file, known)
            except FileChanged:
                unsent.append(file.path)
                self._tell(f"changed while it was sent, will be sent again: {file.path}")
                continue
            if outcome.status is BatchFileStatus.REFUSED and outcome.reason is not None:
                refused += 1
                self._tell(f"not taken in: {file.path}: {outcome.reason.message}")
        self._server.complete(batch_id)
        self._sent.finish(planned, unsent=unsent)
        done = len(planned.files) - len(unsent) - refused
        self._tell(f"{done} sent, {refused} not taken in: {self._server.url}/batches/{batch_id}")

    def _send_file(self, batch_id: int, file: FoundFile, known: BatchFile) -> BatchFile:
        """Send what is missing of a file and return what became of it.

        Raises:
            FileChanged: It is not what was announced any more; a last part is not sent then.
        """
        if known.status is not BatchFileStatus.AWAITED:
            return known
        place, offset = self._folder / file.path, known.received_bytes
        try:
            with place.open("rb") as stream:
                while offset >= 0:
                    stream.seek(offset)
                    part = stream.read(min(PART_BYTES, file.byte_size - offset))
                    if not part or self._found(place) != file:
                        raise FileChanged
                    offset = self._server.send_part(batch_id, known.id, offset=offset, part=part)
        except OSError as error:
            raise FileChanged from error
        return self._server.file(batch_id, known.id)

    def _tell(self, words: str) -> None:
        self._print(f"{datetime.now():%H:%M:%S}  {words}")  # noqa: DTZ005 - the user's own clock

    def _leave_closed_batch(self, planned: Round, batch_id: int) -> None:
        """The batch was completed before the answer came, or given up by the server: send anew what it has not."""
        has = self._server.paths_taken(batch_id)
        self._sent.finish(planned, unsent=[file.path for file in planned.files if file.path not in has])
        self._tell(f"batch {batch_id} is closed; what is missing of it is sent in a new one")
