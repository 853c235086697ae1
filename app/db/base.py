"""What every record shares: constraint names, identifiers and times."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

ID_TYPE = BigInteger().with_variant(Integer(), "sqlite")
"""Row identifiers: 64 bits on both databases (SQLite's INTEGER PRIMARY KEY is 64 bits wide)."""

LARGEST_ID = 2**63 - 1
"""A number above it is no row's identifier, and the databases refuse to look for it."""

BYTEWISE_TEXT = String().with_variant(String(collation="C"), "postgresql")
"""Text compared byte by byte, so that an index on it serves prefix searches on both databases."""


class Record(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Base of the ORM classes, one a table; constraints get names, so that migrations can change them."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, on PostgreSQL ``timestamptz``, on SQLite UTC text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The moment in UTC.

        Raises:
            ValueError: It has no time zone, so nobody can say which moment it is.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the time {value} has no time zone; use datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The stored moment, aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utc_now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)
