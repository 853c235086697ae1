"""The durable queue of images waiting to be counted, in the application's own database."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from dbos import DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.jobs.options import (
    APPLICATION_NAME,
    APPLICATION_VERSION,
    INTERACTIVE_QUEUE_NAME,
    QUEUE_NAME,
    WORKFLOW_NAME,
)
from app.schemas.uploads import CountPriority

_LIVE = frozenset({"ENQUEUED", "DELAYED", "PENDING"})
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


class CountQueue:
    """Puts images in the queue and looks after the jobs, without being able to run any."""

    def __init__(self, engine: Engine) -> None:
        """Open the queue's tables, which must exist."""
        # JSON and not DBOS's default pickle: a job's arguments must never be able to run code.
        self._client = DBOSClient(
            system_database_engine=engine, application_name=APPLICATION_NAME, serializer=DBOSPortableJSONSerializer()
        )

    def register(self, *, claims: int, poll_s: float) -> None:
        """Set how many jobs each executor claims at most and how often it looks; before any executor is launched.

        That is for each of the two queues; into the one of waiting people it looks twice as often. An executor that is
        launched first finds a new queue only a second later.
        """
        for name, every_s in ((INTERACTIVE_QUEUE_NAME, poll_s / 2), (QUEUE_NAME, poll_s)):
            self._client.register_queue(
                name, worker_concurrency=claims, polling_interval_sec=every_s, on_conflict="always_update"
            )

    def enqueue_count(self, session: Session, image_id: int, priority: int, *, job_round: int = 0) -> None:
        """Put an image in the queue as part of the session's own transaction; a second time changes nothing."""
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW_NAME,
            "queue_name": INTERACTIVE_QUEUE_NAME if priority <= CountPriority.INTERACTIVE else QUEUE_NAME,
            "workflow_id": job_id(image_id, job_round),
            "app_version": APPLICATION_VERSION,
            "priority": priority,
        }
        self._client.enqueue_in_transaction(session, options, image_id)

    def is_live(self, job_ids: Sequence[str]) -> dict[str, bool]:
        """For every job that exists: whether it still waits or runs."""
        jobs = self._client.list_workflows(workflow_ids=list(job_ids), load_input=False, load_output=False)
        return {job.workflow_id: job.status in _LIVE for job in jobs}

    def claimed_jobs(self) -> dict[str, list[str]]:
        """The jobs that executors have claimed and not ended, by executor."""
        jobs = self._client.list_workflows(status="PENDING", load_input=False, load_output=False)
        by_executor: dict[str, list[str]] = {}
        for job in jobs:
            by_executor.setdefault(job.executor_id or "", []).append(job.workflow_id)
        return by_executor

    def put_back(self, job_ids: Iterable[str]) -> None:
        """Let any executor claim these jobs, again if they were claimed before.

        They were next in line already, so they are claimed before others; which is counted first, the images' own
        priorities decide.
        """
        self._client.resume_workflows(list(job_ids), queue_name=INTERACTIVE_QUEUE_NAME)

    def delete_ended(self, *, before: datetime, limit: int) -> int:
        """Delete at most ``limit`` jobs that ended before a moment and return how many there were."""
        jobs = self._client.list_workflows(
            status=_ENDED, completed_before=before.isoformat(), limit=limit, load_input=False, load_output=False
        )
        if jobs:
            self._client.delete_workflows([job.workflow_id for job in jobs])
        return len(jobs)

    def close(self) -> None:
        """Let go of the queue; the connection pool stays the caller's."""
        self._client.destroy()


def job_id(image_id: int, job_round: int) -> str:
    """The name of an image's job; the same name never runs twice, so a repeated enqueue is harmless."""
    return f"img-{image_id}" if job_round == 0 else f"img-{image_id}.{job_round}"


def job_round_of(job: str) -> int:
    """The round that a job of this queue counts its image in."""
    return int(job.partition(".")[2] or 0)


def image_id_of(job: str) -> int:
    """The image that a job of this queue counts."""
    return int(job.removeprefix("img-").partition(".")[0])
