"""One process with its database, image store and job engine, for tests that count in this very process."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select

from app.db.records import AnalysisRecord, FieldImageRecord
from app.db.session import Database
from app.jobs import CountingRuntime, FieldCounter, JobEngine, JobOptions
from app.jobs.queue import CountQueue, job_id
from app.schemas.samples import ImageStatus, NewSample
from app.schemas.uploads import CountPriority
from app.services.intake.uploads import accept_images
from app.services.samples.samples import create_sample
from app.settings import Settings
from app.storage import ImageStore
from tests.sample_images import incoming

QUICK = JobOptions(
    poll_s=0.05, max_starts=3, first_retry_s=0.01, longest_retry_s=0.05, beat_s=1.0, dead_after_s=10.0, sweep_s=1.0
)
"""As in production, only with shorter waits; still longer than a busy machine holds a living process up."""

FINISHED = {ImageStatus.COUNTED, ImageStatus.REFUSED, ImageStatus.FAILED, ImageStatus.CANCELLED}


@dataclass
class Laboratory:
    """Starts engines, uploads images and waits for them; every engine is stopped at the end of the test."""

    database: Database
    store: ImageStore
    settings: Settings
    engines: list[JobEngine] = field(default_factory=list)
    sample_id: int = 0

    def __post_init__(self) -> None:
        """Register the one sample."""
        with self.database.unit_of_work() as session:
            self.sample_id = create_sample(session, new=NewSample(accession_number="24-0012")).id

    def start(
        self, counter: FieldCounter | None = None, *, options: JobOptions = QUICK, count: bool = True
    ) -> JobEngine:
        """Start a job engine with a counter."""
        factory = None if counter is None else lambda _: counter
        runtime = CountingRuntime(self.settings, counter_factory=factory)
        engine = JobEngine(self.settings, self.database, self.store, runtime, options=options)
        engine.start(count=count)
        self.engines.append(engine)
        return engine

    def upload(
        self, engine: JobEngine, *contents: bytes, priority: CountPriority = CountPriority.INTERACTIVE
    ) -> list[int]:
        """Upload images and return their numbers."""
        outcomes = accept_images(
            self.database.unit_of_work,
            self.store,
            engine,
            self.settings,
            sample_id=self.sample_id,
            files=[incoming(content) for content in contents],
            priority=priority,
        )
        return [outcome.image_id for outcome in outcomes if outcome.image_id is not None]

    def images(self) -> dict[int, FieldImageRecord]:
        """Every image by its number."""
        with self.database.unit_of_work() as session:
            return {image.id: image for image in session.scalars(select(FieldImageRecord))}

    def analyses(self) -> list[AnalysisRecord]:
        """Every analysis."""
        with self.database.unit_of_work() as session:
            return list(session.scalars(select(AnalysisRecord).order_by(AnalysisRecord.image_id)))

    def wait_until_finished(self, *, timeout_s: float = 60) -> dict[int, FieldImageRecord]:
        """Wait until every image is counted, refused or failed."""
        wait_for(lambda: all(image.status in FINISHED for image in self.images().values()), timeout_s=timeout_s)
        return self.images()

    def database_jobs_left(self) -> int:
        """How many jobs wait or run, whatever their images' rows say."""
        queue = CountQueue(self.database.engine)
        try:
            return sum(image_jobs_left(queue, image) for image in self.images().values())
        finally:
            queue.close()

    def stop_all(self) -> None:
        """Stop every engine, the last started first."""
        while self.engines:
            self.engines.pop().stop()


def image_jobs_left(queue: CountQueue, image: FieldImageRecord) -> int:
    """How many of an image's jobs, in whatever round, wait or run."""
    return sum(queue.is_live([job_id(image.id, job_round) for job_round in range(image.job_round + 1)]).values())


def wait_for(condition: Callable[[], bool], *, timeout_s: float = 60) -> None:
    """Wait until a condition holds; an AssertionError says that it never did."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen within {timeout_s} s"
        time.sleep(0.02)
