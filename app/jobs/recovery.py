"""Nothing accepted is forgotten: jobs of dead processes are taken over, lost jobs queued anew, ended jobs deleted."""

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from app.db.base import utc_now
from app.db.repositories import idempotency_keys, images
from app.db.session import UnitOfWorkFactory
from app.jobs.heartbeat import forget_silent_executors, living_executors
from app.jobs.measures import JobMeasures
from app.jobs.options import JobOptions
from app.jobs.queue import CountQueue, image_id_of, job_id
from app.schemas.samples import UNFINISHED

log = structlog.get_logger(__name__)

_SWEEP_BATCH = 500
_DELETE_BATCH = 500
_KEEP_IDEMPOTENCY_KEYS = timedelta(days=7)


class Recovery:
    """Looks after the jobs from the application's own rows, which are what counts."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        queue: CountQueue,
        executor_id: str,
        claimed_images: Callable[[], set[int]],
        options: JobOptions,
        *,
        measures: JobMeasures | None = None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._queue = queue
        self._executor_id = executor_id
        self._claimed_images = claimed_images
        self._options = options
        self._measures = measures or JobMeasures()
        self._idle_before: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="job-recovery", daemon=True)

    def start(self) -> None:
        """Look after everything once, then go on in the background."""
        self.sweep()
        self._thread.start()

    def stop(self) -> None:
        """Stop looking after the jobs."""
        self._stopping.set()
        self._thread.join()

    def take_over(self) -> int:
        """Put the jobs of dead processes back into the queue and return how many there were.

        A job claimed for this process that nothing here works on, twice in a row, was lost between
        the claim and its start and is put back too.
        """
        claimed = self._queue.claimed_jobs()
        with self._unit_of_work() as session:
            living = living_executors(session, dead_after_s=self._options.dead_after_s) | {self._executor_id}
        stranded = [job for executor, jobs in claimed.items() if executor not in living for job in jobs]
        here = self._claimed_images()
        idle = {job for job in claimed.get(self._executor_id, []) if image_id_of(job) not in here}
        stranded += idle & self._idle_before
        self._idle_before = idle
        if stranded:
            self._queue.put_back(stranded)
            self._measures.note_taken_over(len(stranded))
            log.warning("jobs_taken_over", jobs=len(stranded), job_ids=stranded)
        return len(stranded)

    def sweep(self) -> int:
        """Queue every unfinished image that has no live job and return how many there were.

        This heals whatever went wrong with the job tables, a move to another database included.
        """
        queued, last_id = 0, 0
        while True:
            with self._unit_of_work() as session:
                waiting = images.list_unfinished(session, after_id=last_id, limit=_SWEEP_BATCH)
            if not waiting:
                break
            last_id = waiting[-1].image_id
            is_live = self._queue.is_live([job_id(image.image_id, image.job_round) for image in waiting])
            for image in waiting:
                state = is_live.get(job_id(image.image_id, image.job_round))
                queued += not state and self._queue_anew(image, has_ended=state is False)
        if queued:
            log.warning("jobs_queued_anew", jobs=queued)
        return queued

    def delete_ended(self) -> None:
        """Delete what nobody asks for any more: ended jobs, old idempotency keys, executors long gone."""
        before = utc_now() - timedelta(seconds=self._options.keep_finished_s)
        while self._queue.delete_ended(before=before, limit=_DELETE_BATCH) == _DELETE_BATCH:
            if self._stopping.is_set():
                return
        with self._unit_of_work() as session:
            idempotency_keys.delete_older(session, than=utc_now() - _KEEP_IDEMPOTENCY_KEYS)
            forget_silent_executors(session)

    def _queue_anew(self, image: images.WaitingImage, *, has_ended: bool) -> bool:
        with self._unit_of_work() as session:
            job_round: int | None = image.job_round
            if has_ended:
                job_round = images.start_new_round(
                    session, image.image_id, from_statuses=UNFINISHED, forget_attempts=False
                )
            if job_round is None:
                return False
            self._queue.enqueue_count(session, image.image_id, image.priority, job_round=job_round)
            return True

    def _run(self) -> None:
        since_sweep_s = 0.0
        while not self._stopping.wait(self._options.beat_s):
            since_sweep_s += self._options.beat_s
            try:
                self.take_over()
                if since_sweep_s >= self._options.sweep_s:
                    since_sweep_s = 0.0
                    self.sweep()
                    self.delete_ended()
            except Exception:  # whatever fails now is tried again in a few seconds
                log.exception("job_recovery_failed")
