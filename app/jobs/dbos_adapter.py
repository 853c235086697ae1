"""DBOS Transact, configured as it must be to strand no job; the only module that starts or stops it.

Why each setting is what it is: docs/adr/0010-jobs-in-the-database.md.
"""

import logging
from collections.abc import Callable, Mapping

from dbos import DBOS, DBOSPortableJSONSerializer, SQLAlchemyDatasource
from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry

from app.db.engine import build_engine
from app.db.session import Database
from app.jobs.options import APPLICATION_NAME, APPLICATION_VERSION, WORKFLOW_NAME
from app.jobs.queue import job_id, job_round_of
from app.jobs.workflows import SaveResult
from app.schemas.result_record import ResultRecord
from app.services.queue.results import record_result
from model.types import WeightsIdentity


def create_job_tables(database: Database) -> None:
    """Make or update the job engine's own tables in the application's database; safe when processes start together."""
    _log_with_everything_else()
    DBOS.migrate(database.url)


class DurableExecutor:
    """Claims queued jobs for this process and runs them, each until it has ended once."""

    def __init__(self, database: Database, executor_id: str) -> None:
        """Prepare; nothing is claimed before ``launch``."""
        # A pool of its own, because ``destroy`` closes it for good.
        self._engine = build_engine(database.url)
        DBOS(
            config={
                "name": APPLICATION_NAME,
                "system_database_engine": self._engine,
                "system_database_url": database.url,
                "application_version": APPLICATION_VERSION,
                "executor_id": executor_id,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "WARNING",
            }
        )
        self._datasource = SQLAlchemyDatasource.create(
            database.url, engine=self._engine, serializer=DBOSPortableJSONSerializer()
        )

    def result_saver(self, thresholds: Callable[[WeightsIdentity], Mapping[str, float] | None]) -> SaveResult:
        """What writes a result and the job's progress in one commit, refused when another process owns the job now.

        ``thresholds`` are those of the weights that a result names.
        """

        @self._datasource.transaction(name="save_result")
        def save_result(image_id: int, record: ResultRecord) -> bool:
            session = self._datasource.sql_session()
            return record_result(session, image_id=image_id, record=record, thresholds=thresholds(record.model))

        return save_result

    def launch(self, count_image: Callable[[int, int], None]) -> None:
        """Begin to claim jobs, first those that this process left behind when it was killed.

        ``count_image`` gets the image's number and the round of its job.
        """

        # No limit of DBOS's own: its counter starts anew with every take-over, so the image's row counts the starts.
        @DBOS.workflow(name=WORKFLOW_NAME, max_recovery_attempts=None)
        def run(image_id: int) -> None:
            count_image(image_id, job_round_of(DBOS.workflow_id or job_id(image_id, 0)))

        DBOS.launch()

    def destroy(self) -> None:
        """Stop claiming and forget everything, so that another executor can start in this process."""
        DBOS.destroy(destroy_registry=True)
        # A thread of DBOS that waits for another process's outcome, or for a database that is away, asks again
        # for ever and would keep this process from ending.
        event.listen(self._engine, "do_connect", _refuse_to_connect)
        event.listen(self._engine, "checkin", _close_connection)
        self._engine.dispose()


def _close_connection(_connection: object, entry: ConnectionPoolEntry) -> None:
    entry.invalidate()


def _refuse_to_connect(*_: object) -> None:
    raise RuntimeError("the job engine of this process has stopped")


def _log_with_everything_else() -> None:
    """Let DBOS's messages go where all others go: with a handler present, it adds none of its own."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.setLevel(logging.WARNING)
