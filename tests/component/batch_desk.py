"""Where the batch tests send their files: a database, a store, and the steps of a sender."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from app.db.records import FieldImageRecord, UploadPartRecord
from app.db.session import Database
from app.schemas.batches import AnnouncedFile, BatchDetail, BatchFile, GroupingRule, NewBatch
from app.services.intake.batch_intake import BatchIntake
from app.services.intake.batch_progress import batch_detail, batch_file_page, shown_file
from app.services.intake.batches import announce_files, complete_batch, open_batch
from app.services.intake.receiving import Receiver
from app.services.intake.unpacking import Unpacking
from app.settings import Settings
from app.storage import ImageStore
from tests.component.fakes import NotedJobs


@dataclass
class BatchDesk:
    """An open batch; ``jobs`` notes what was queued."""

    database: Database
    store: ImageStore
    settings: Settings
    jobs: NotedJobs = field(default_factory=NotedJobs)
    batch_id: int = 0

    def __post_init__(self) -> None:
        """Open the batch."""
        self.batch_id = self.open().id

    @property
    def intake(self) -> BatchIntake:
        """Where the files go."""
        return BatchIntake(self.database.unit_of_work, self.store, self.jobs, self.settings)

    def open(
        self, *, key: str | None = None, manifest: str | None = None, rule: GroupingRule | None = None
    ) -> BatchDetail:
        """Open a batch."""
        with self.database.unit_of_work() as session:
            new = NewBatch(rule=rule or GroupingRule(), manifest=manifest)
            return open_batch(session, new=new, idempotency_key=key)

    def announce(self, *files: tuple[str, int], accession_number: str | None = None) -> list[BatchFile]:
        """Announce files by path and size."""
        announced = [
            AnnouncedFile(path=path, byte_size=size, accession_number=accession_number) for path, size in files
        ]
        with self.database.unit_of_work() as session:
            return announce_files(session, self.settings, batch_id=self.batch_id, files=announced)

    def part(self, file_id: int, offset: int, content: bytes, *, intake: BatchIntake | None = None) -> BatchFile:
        """Send a part of a file."""
        intake = intake or self.intake
        intake.missing_bytes(batch_id=self.batch_id, file_id=file_id, offset=offset)
        with self.store.receive() as incoming:
            receiver = Receiver(incoming.file)
            receiver.write(content)
            return intake.take_part(
                batch_id=self.batch_id,
                file_id=file_id,
                offset=offset,
                incoming=incoming,
                received=receiver.received,
            )

    def send(self, path: str, content: bytes) -> BatchFile:
        """Announce a file and send it as a whole."""
        (file,) = self.announce((path, len(content)))
        return self.part(file.id, 0, content)

    def complete(self, *, leave_out_missing: bool = False) -> BatchDetail:
        """Say that everything was sent."""
        with self.database.unit_of_work() as session:
            return complete_batch(session, batch_id=self.batch_id, leave_out_missing=leave_out_missing)

    def unpack(self, file_id: int) -> None:
        """Unpack a ZIP file to its end."""
        Unpacking(self.intake, lambda _: True).unpack(file_id)

    def detail(self) -> BatchDetail:
        """The batch now."""
        with self.database.unit_of_work() as session:
            return batch_detail(session, batch_id=self.batch_id)

    def file(self, file_id: int) -> BatchFile:
        """A file of it now."""
        with self.database.unit_of_work() as session:
            return shown_file(session, batch_id=self.batch_id, file_id=file_id)

    def files(self) -> dict[str, BatchFile]:
        """Every file by its path."""
        with self.database.unit_of_work() as session:
            return {file.path: file for file in batch_file_page(session, batch_id=self.batch_id, limit=1000).items}

    def images(self) -> list[FieldImageRecord]:
        """Every image, in the order of their numbers."""
        with self.database.unit_of_work() as session:
            return list(session.scalars(select(FieldImageRecord).order_by(FieldImageRecord.id)))

    def parts(self) -> list[UploadPartRecord]:
        """Every part that is kept."""
        with self.database.unit_of_work() as session:
            return list(session.scalars(select(UploadPartRecord)))

    def part_files(self) -> list[Path]:
        """The parts in the store."""
        return [path for path in (self.settings.data_dir / "images" / "parts").glob("*") if path.is_file()]
