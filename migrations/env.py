"""Alembic's entry point: over the connection that start-up hands in, or over the settings' database for developers."""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from app.db.base import Record
from app.db.records import SampleRecord
from app.db.session import create_database
from app.settings import get_settings

assert SampleRecord.metadata is Record.metadata  # noqa: S101  # importing the records is what fills the metadata


_POSTGRES_ONLY = frozenset({"ix_sample_accession_key_parts", "ix_sample_patient_key_parts"})
"""Indexes that no record describes, because they exist on one of the two databases only; see their migration."""


def _is_ours(_object: Any, name: str | None, kind: str, reflected: bool, known: Any) -> bool:  # noqa: ANN401, FBT001
    """Whether a table belongs to this project; the job engine keeps its own tables beside them."""
    if kind == "index" and name in _POSTGRES_ONLY:
        return False
    return kind != "table" or not reflected or known is not None


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Record.metadata,
        include_object=_is_ours,
        # SQLite changes a table only by copying it.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_migrations() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _run(connection)
        return
    database = create_database(get_settings())
    with database.engine.begin() as own_connection:
        _run(own_connection)
    database.dispose()


_run_migrations()
