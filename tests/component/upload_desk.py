"""Where the upload tests hand their files in: one sample, and everything an upload needs."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from app.db.records import FieldImageRecord
from app.db.session import Database
from app.schemas.samples import NewSample
from app.schemas.uploads import IncomingFile, UploadOutcome
from app.services.intake.uploads import accept_images
from app.services.queue.job_queue import JobQueue
from app.services.samples.samples import create_sample
from app.settings import Settings
from app.storage import ImageStore
from tests.component.fakes import NotedJobs


@dataclass
class UploadDesk:
    """A sample that takes images; ``jobs`` notes what was queued."""

    database: Database
    store: ImageStore
    settings: Settings
    jobs: NotedJobs = field(default_factory=NotedJobs)

    def __post_init__(self) -> None:
        """Register the first sample."""
        self.sample_id = self.new_sample("24-0012")

    def new_sample(self, accession_number: str) -> int:
        """Register a further sample."""
        with self.database.unit_of_work() as session:
            return create_sample(session, new=NewSample(accession_number=accession_number)).id

    def send(
        self,
        *files: IncomingFile,
        key: str | None = None,
        sample_id: int | None = None,
        jobs: JobQueue | None = None,
    ) -> list[UploadOutcome]:
        """Upload files as one request."""
        return accept_images(
            self.database.unit_of_work,
            self.store,
            jobs or self.jobs,
            self.settings,
            sample_id=sample_id or self.sample_id,
            files=files,
            idempotency_key=key,
        )

    def rows(self) -> list[FieldImageRecord]:
        """The images of every sample, in the order of their numbers."""
        with self.database.unit_of_work() as session:
            return list(session.scalars(select(FieldImageRecord).order_by(FieldImageRecord.id)))

    def stored_files(self) -> list[Path]:
        """The files in the image store, half-received ones included."""
        return [path for path in (self.settings.data_dir / "images").rglob("*") if path.is_file()]
