"""Every test here runs on SQLite and on PostgreSQL."""

from tests.database_fixtures import database, database_url, empty_database, settings, store

__all__ = ["database", "database_url", "empty_database", "settings", "store"]
