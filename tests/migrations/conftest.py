"""Every test here runs on SQLite and on PostgreSQL."""

from tests.database_fixtures import (
    database,
    database_url,
    empty_database,
    postgres_with_schema,
    settings,
    sqlite_with_schema,
    store,
)

__all__ = [
    "database",
    "database_url",
    "empty_database",
    "postgres_with_schema",
    "settings",
    "sqlite_with_schema",
    "store",
]
