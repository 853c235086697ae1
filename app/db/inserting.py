"""Inserts that leave it to the database to say whether a row is there already."""

from typing import Any

from sqlalchemy import Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db.base import Record


def insert_unless_present(session: Session, record: Record) -> int | None:
    """Insert a new record's row and return its id; None when a unique constraint has the row already.

    The decision is the database's own: of two processes that insert the same row at the same moment
    exactly one succeeds, and the other's transaction stays usable.
    """
    mapper = inspect(type(record))
    table = mapper.local_table
    assert isinstance(table, Table)  # noqa: S101  # no record of this project is mapped to a join
    values: dict[str, Any] = {
        attribute.key: getattr(record, attribute.key) for attribute in mapper.column_attrs if attribute.key != "id"
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(table.c.id)
    return session.execute(statement).scalar_one_or_none()
