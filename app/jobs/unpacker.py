"""The thread of each process that unpacks ZIP files and sweeps up abandoned uploads, taking turns by leases."""

import threading
import time
from datetime import timedelta

import structlog

from app.db.clock import database_now
from app.db.repositories import batch_files
from app.errors import BloodcountError
from app.services.intake.abandoned_uploads import sweep_abandoned
from app.services.intake.batch_intake import BatchIntake
from app.services.intake.unpacking import Unpacking, UnpackingStopped
from model.types import Notice

log = structlog.get_logger(__name__)

LEASE_S = 20.0
"""How long a ZIP file stays with a process that says nothing more; after a SIGKILL another goes on that much later."""

MOST_STARTS = 5
_POLL_S = 1.0
_RENEW_S = 5.0
_SWEEP_S = 600.0


class Unpacker:
    """Unpacks one ZIP file at a time, whichever process received it.

    Nothing depends on the lease but the time that is saved: two processes that unpack the same ZIP file take in each
    member once, because its row decides.
    """

    def __init__(self, intake: BatchIntake, *, lease_s: float = LEASE_S, poll_s: float = _POLL_S) -> None:
        self._intake = intake
        self._lease_s = lease_s
        self._poll_s = poll_s
        self._renewed_at = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="unpacker", daemon=True)

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the member in hand; the rest is left for the next process."""
        self._stopping.set()
        self._thread.join()

    def work(self) -> bool:
        """Unpack the ZIP file that has waited longest; False when none waits."""
        with self._intake.unit_of_work() as session:
            now = database_now(session)
            lease = batch_files.lease_archive(session, now=now, until=now + timedelta(seconds=self._lease_s))
        if lease is None:
            return False
        archive_id, starts = lease
        self._renewed_at = time.monotonic()
        unpacking = Unpacking(self._intake, self._may_go_on)
        if starts > MOST_STARTS:
            reason = f"Unpacking was begun {MOST_STARTS} times and never ended, so it was given up; send the files."
            unpacking.give_up(archive_id, Notice("unpacking_failed", reason))
            return True
        try:
            unpacking.unpack(archive_id)
        except UnpackingStopped:
            with self._intake.unit_of_work() as session:
                batch_files.take_back_attempt(session, archive_id)
        except (BloodcountError, OSError) as error:
            # A full disk or a store that is away says nothing about the ZIP file: it goes on when the lease is over.
            log.warning("unpacking_interrupted", file_id=archive_id, error=str(error))
            with self._intake.unit_of_work() as session:
                batch_files.take_back_attempt(session, archive_id)
                now = database_now(session)
                batch_files.set_lease(session, archive_id, until=now + timedelta(seconds=self._lease_s))
        return True

    def _may_go_on(self, archive_id: int) -> bool:
        """Whether this process still unpacks; renews its lease now and then."""
        if self._stopping.is_set():
            return False
        if time.monotonic() - self._renewed_at > min(_RENEW_S, self._lease_s / 3):
            self._renewed_at = time.monotonic()
            with self._intake.unit_of_work() as session:
                until = database_now(session) + timedelta(seconds=self._lease_s)
                batch_files.set_lease(session, archive_id, until=until)
        return True

    def _run(self) -> None:
        swept_at = float("-inf")
        while not self._stopping.is_set():
            has_worked = False
            try:
                has_worked = self.work()
                if time.monotonic() - swept_at > _SWEEP_S:
                    swept_at = time.monotonic()
                    sweep_abandoned(self._intake)
            except Exception:  # whatever fails now is tried again; the ZIP file's starts are counted
                log.exception("unpacking_failed")
            if not has_worked:
                self._stopping.wait(self._poll_s)
