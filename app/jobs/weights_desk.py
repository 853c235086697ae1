"""Where added weights are judged: one thread of each counting process, taking turns by leases.

Nothing in a file is opened by this process: a child with little memory and time checks it, another counts the golden
fields with it. What a killed process leaves is taken up by the next.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from app.db.clock import database_now
from app.db.repositories import weights
from app.db.session import Database, UnitOfWorkFactory
from app.errors import BloodcountError
from app.jobs.child_process import ChildStoppedError
from app.jobs.weights_children import CheckFailedError, EvaluationFailedError, WeightsChildren
from app.jobs.weights_files import WeightsFiles, copy_release
from app.schemas.weights import ReleaseStatus
from app.services.weights.weights_judging import (
    named_alike,
    record_evaluation,
    record_failure,
    record_refusal,
    record_soundness,
)
from app.settings import Settings
from app.storage import ImageStore
from model.types import Notice, WeightsIdentity

log = structlog.get_logger(__name__)

LEASE_S = 60.0
MOST_STARTS = 3
_RENEW_S = 10.0
WEIGHTS_FILE = "weights.safetensors"
_CHUNK_BYTES = 1024 * 1024


class WeightsDesk:
    """Judges one release at a time."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, store: ImageStore, children: WeightsChildren, *, poll_s: float
    ) -> None:
        self._unit_of_work = unit_of_work
        self._store = store
        self._children = children
        self._poll_s = poll_s
        self._noted_done, self._noted_at = -1, 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="weights-desk", daemon=True)

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; what is being judged is left for the next process."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def work(
        self, release_id: int | None = None, seen: Callable[[int, int], None] = lambda _done, _total: None
    ) -> bool:
        """Judge the release that has waited longest, or the one named; False when none waits or another has it.

        ``seen`` is told the golden fields that are done and to do.
        """
        with self._unit_of_work() as session:
            now = database_now(session)
            until = now + timedelta(seconds=LEASE_S)
            lease = weights.lease_release(session, now=now, until=until, release_id=release_id)
        if lease is None:
            return False
        leased_id, starts = lease
        if starts > MOST_STARTS:
            self._fail(
                leased_id, "judging_failed", f"Judging these weights was begun {MOST_STARTS} times and never ended."
            )
            return True
        try:
            self._judge(leased_id, seen)
        except ChildStoppedError:
            self._let_go(leased_id)
        except (BloodcountError, OSError) as error:
            log.warning("weights_not_judged", release_id=leased_id, error=str(error))
            self._fail(leased_id, "judging_failed", f"{error} Evaluate the weights again once that is mended.")
        return True

    def _judge(self, release_id: int, seen: Callable[[int, int], None]) -> None:
        with TemporaryDirectory(prefix="bloodcount-weights-") as name:
            path = Path(name) / WEIGHTS_FILE
            try:
                identity = self._check(release_id, path)
            except CheckFailedError as refusal:
                self._refuse(release_id, refusal.reason)
                return
            self._keep(release_id, identity, path)
            try:
                report = self._children.evaluate(
                    path, lambda done, total: self._progress(release_id, done, total, seen)
                )
            except EvaluationFailedError as failure:
                self._fail(release_id, failure.reason.code, failure.reason.message)
                return
        with self._unit_of_work() as session:
            record_evaluation(session, release_id=release_id, report=report)
        log.info("weights_judged", release_id=release_id, changed=len(report.changed))

    def _check(self, release_id: int, path: Path) -> WeightsIdentity:
        with self._unit_of_work() as session:
            release = weights.get_release(session, release_id)
            weights.change_release(session, release_id, status=ReleaseStatus.CHECKING)
        copy_release(self._store, release, path)
        path.with_suffix(".json").write_text(release.manifest_json)
        identity = self._children.check(path, lambda: self._progress(release_id, 0, 0))
        with self._unit_of_work() as session:
            other = named_alike(session, release_id=release_id, identity=identity)
        own = self._children.own_identity()
        if other is not None or (identity.name, identity.version) == (own.name, own.version):
            whose = "those of the installation" if other is None else f"number {other}"
            message = (
                f"They are called {identity.name} {identity.version}, and so are the weights {whose}: nobody could "
                "tell their results apart. Give them another version."
            )
            raise CheckFailedError(Notice("version_taken", message))
        return identity

    def _keep(self, release_id: int, identity: WeightsIdentity, path: Path) -> None:
        """Move a sound file from quarantine to where the store keeps what never changes."""
        with path.open("rb") as file, self._store.receive() as incoming:
            while chunk := file.read(_CHUNK_BYTES):
                incoming.file.write(chunk)
            key = incoming.keep(identity.sha256)
        with self._unit_of_work() as session:
            former = weights.get_release(session, release_id).storage_key
            record_soundness(session, release_id=release_id, identity=identity, storage_key=key)
        if former is not None and former != key:
            self._store.delete_part(former)

    def _refuse(self, release_id: int, reason: Notice) -> None:
        with self._unit_of_work() as session:
            key = record_refusal(session, release_id=release_id, reason=reason)
        if key is not None and key.startswith("parts/"):
            self._store.delete_part(key)
        log.warning("weights_refused", release_id=release_id, code=reason.code)

    def _fail(self, release_id: int, code: str, message: str) -> None:
        with self._unit_of_work() as session:
            record_failure(session, release_id=release_id, reason=Notice(code, message))

    def _let_go(self, release_id: int) -> None:
        with self._unit_of_work() as session:
            attempts = weights.get_release(session, release_id).attempts
            weights.change_release(session, release_id, leased_until=None, attempts=max(0, attempts - 1))

    def _progress(
        self, release_id: int, done: int, total: int, seen: Callable[[int, int], None] = lambda _done, _total: None
    ) -> bool:
        """Note how far an evaluation is, and keep the lease; whether it may go on."""
        if done != self._noted_done or time.monotonic() - self._noted_at > _RENEW_S:
            self._noted_done, self._noted_at = done, time.monotonic()
            with self._unit_of_work() as session:
                until = database_now(session) + timedelta(seconds=LEASE_S)
                weights.change_release(session, release_id, leased_until=until, fields_done=done, fields_total=total)
            seen(done, total)
        return not self._stopping.is_set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            has_worked = False
            try:
                has_worked = self.work()
            except Exception:  # whatever fails now is tried again; the release's starts are counted
                log.exception("judging_weights_failed")
            if not has_worked:
                self._stopping.wait(self._poll_s)


def open_desk(settings: Settings, database: Database, store: ImageStore, *, poll_s: float = 2.0) -> WeightsDesk:
    """The desk of a process."""
    children = WeightsChildren(settings, database.unit_of_work, store, WeightsFiles(settings, store))
    return WeightsDesk(database.unit_of_work, store, children, poll_s=poll_s)
