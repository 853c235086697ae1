"""The durable job: one accepted image is counted, and its result written once, whatever is killed meanwhile."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import OperationalError

from app.db.base import utc_now
from app.db.repositories import images
from app.db.repositories.acquisition_profiles import find_um_per_px
from app.db.session import UnitOfWorkFactory
from app.jobs.measures import JobMeasures
from app.jobs.options import JobOptions
from app.jobs.queue import job_id
from app.jobs.runtime import CountingRuntime
from app.schemas.result_record import ResultRecord, build_result_record
from app.schemas.samples import UNFINISHED, ImageStatus
from app.storage import ImageStore
from model.types import Notice

log = structlog.get_logger(__name__)

SaveResult = Callable[[int, ResultRecord], bool]
"""Writes an image's result together with the job's own progress; False when the image is finished already."""


@dataclass(frozen=True, slots=True)
class _Task:
    """What counting an image needs to know of its row, and the scale of its sample's profile, if it has one."""

    image_id: int
    file_name: str
    storage_key: str
    job_round: int
    priority: int
    is_suspect: bool
    um_per_px: float | None


class CountingJob:
    """Counts one image a call. It may run again after any crash and then goes on from the image's row."""

    def __init__(
        self,
        unit_of_work: UnitOfWorkFactory,
        store: ImageStore,
        runtime: CountingRuntime,
        save_result: SaveResult,
        options: JobOptions,
        *,
        measures: JobMeasures | None = None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._store = store
        self._runtime = runtime
        self._save_result = save_result
        self._options = options
        self._measures = measures or JobMeasures()
        self._changed = threading.Condition()
        self._claimed: list[int] = []
        self._computing: list[int] = []

    def run(self, image_id: int, job_round: int = 0) -> None:
        """Count an image until it is counted, refused or failed; do nothing in a round that is over.

        Every log line of it carries the job's name and the image's number.

        Raises:
            CountingStopped: The process is stopping; the image stays queued.
        """
        wait_s = self._options.first_retry_s
        names = {"job_id": job_id(image_id, job_round), "image_id": image_id}
        with self._listed(self._claimed, image_id), structlog.contextvars.bound_contextvars(**names):
            while (task := self._open_task(image_id, job_round)) is not None:
                if not self._try(task):
                    self._runtime.pause(wait_s)
                    wait_s = min(2 * wait_s, self._options.longest_retry_s)

    def wait_until_idle(self, *, timeout_s: float) -> None:
        """Wait until the counter has nothing in hand, at most for a while."""
        with self._changed:
            self._changed.wait_for(lambda: not self._computing, timeout_s)

    def claimed_images(self) -> set[int]:
        """Images whose job runs in this process, those that wait for a slot too."""
        with self._changed:
            return set(self._claimed)

    def computing_images(self) -> set[int]:
        """Images that the counter has in hand right now."""
        with self._changed:
            return set(self._computing)

    def _open_task(self, image_id: int, job_round: int) -> _Task | None:
        """What is to be done for an image; None when it is finished, or was cancelled and queued anew since."""
        with self._unit_of_work() as session:
            image = images.get_image(session, image_id)
            if image.status not in UNFINISHED or image.job_round != job_round:
                return None
            return _Task(
                image_id,
                image.file_name,
                image.storage_key,
                job_round,
                image.priority,
                is_suspect=image.attempts > 0,
                um_per_px=find_um_per_px(session, image.sample_id),
            )

    def _try(self, task: _Task) -> bool:
        """Whether there is nothing to be tried again: the result is saved, or the image needed no counting any more."""
        with ExitStack() as in_hand:
            try:
                record = self._count(task, in_hand)
            except Exception as error:  # whatever a counter or a store raises, the image is tried again
                self._measures.note_error(error)
                log.exception("count_try_failed")
                return False
            if record is not None:
                # Outside the try: what is raised here is for DBOS, such as that another process owns the job now.
                self._save(task.image_id, record)
        return True

    def _count(self, task: _Task, in_hand: ExitStack) -> ResultRecord | None:
        """The record of one try; None when there is nothing to count.

        Until ``in_hand`` closes, that is until the result is saved, the image keeps its slot: a
        suspect that started in between could kill the process and this image's result with it.
        """
        counter = in_hand.enter_context(self._runtime.slot(is_suspect=task.is_suspect, priority=task.priority))
        in_hand.enter_context(self._measures.in_hand())
        # Read only now: waiting jobs would otherwise hold their images in memory.
        with self._measures.timed("storage"):
            image_bytes = self._read(task)
        with self._measures.timed("database"):
            if image_bytes is None or not self._start(task):
                return None
        in_hand.enter_context(self._listed(self._computing, task.image_id))
        return build_result_record(task.file_name, counter.count(image_bytes, um_per_px=task.um_per_px))

    def _read(self, task: _Task) -> bytes | None:
        """The image's bytes; None when the store has lost them, and then the image has failed.

        Any other trouble of the store is raised: it says nothing about the image.
        """
        try:
            with self._store.open(task.storage_key) as stream:
                return stream.read()
        except FileNotFoundError:
            # A folder that is not mounted, or a bucket that is gone, has lost no image.
            self._store.check()
            self._fail(
                task.image_id,
                Notice("stored_image_missing", "The image's file is gone from the image store; upload it again."),
            )
            return None

    def _start(self, task: _Task) -> bool:
        """Note a further start; False when the image is finished, or fails now for one start too many."""
        with self._unit_of_work() as session:
            starts = images.start_counting(session, task.image_id, job_round=task.job_round)
            queued_at = images.get_image(session, task.image_id).queued_at
        if starts == 1 and queued_at is not None:
            self._measures.note_wait((utc_now() - queued_at).total_seconds(), task.priority)
        if starts is not None and starts > self._options.max_starts:
            self._fail(
                task.image_id,
                Notice(
                    "counting_failed",
                    f"Counting this image failed {self._options.max_starts} times, so it was given up. "
                    "Upload it again to try once more, or save it anew from the camera.",
                ),
            )
            return False
        return starts is not None

    def _fail(self, image_id: int, reason: Notice) -> None:
        with self._unit_of_work() as session:
            images.finish_image(session, image_id, status=ImageStatus.FAILED, reason=reason)
        self._measures.note_outcome(ImageStatus.FAILED, reason)
        log.error("image_failed", code=reason.code)

    def _save(self, image_id: int, record: ResultRecord) -> None:
        is_first = self._save_when_there_is_room(image_id, record)
        if is_first:
            self._measures.note_record(record)
        log.info("image_finished", status=record.status, is_first=is_first, timings_ms=record.timings_ms)

    def _save_when_there_is_room(self, image_id: int, record: ResultRecord) -> bool:
        """Try until the database takes the result: a disk that is full must not use up the image's starts.

        Raises:
            CountingStopped: The process is stopping; the image is counted again later.
        """
        wait_s = self._options.first_retry_s
        while True:
            try:
                with self._measures.timed("database"):
                    return self._save_result(image_id, record)
            except OperationalError as error:  # anything else is for DBOS, such as that another process owns the job
                self._measures.note_error(error)
                log.warning("result_not_saved_yet", error=str(error.orig), next_try_s=wait_s)
                self._runtime.pause(wait_s)
                wait_s = min(2 * wait_s, self._options.longest_retry_s)

    @contextmanager
    def _listed(self, where: list[int], image_id: int) -> Iterator[None]:
        with self._changed:
            where.append(image_id)
        try:
            yield
        finally:
            with self._changed:
                where.remove(image_id)
                self._changed.notify_all()
