"""The database schema, brought to this version's state when a process starts."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.db.session import Database
from app.errors import DatabaseUnavailable
from app.resources import resource_folder

_POSTGRES_LOCK_KEY = 0x0B_10_0D_C0_47
"""Any number that no other program on the same database takes; processes that start together meet at it."""


def upgrade_schema(database: Database) -> None:
    """Apply the migrations that are missing; safe when several processes start at once.

    The whole upgrade is one transaction behind a lock (an advisory lock on PostgreSQL, the file's
    own write lock on SQLite), so a process killed in the middle leaves the old schema untouched.

    Raises:
        DatabaseUnavailable: The database was made by a newer version of this program.
    """
    config = migration_config()
    script = ScriptDirectory.from_config(config)
    with database.engine.connect() as connection:
        if _current_revision(connection, script) == script.get_current_head():
            return
    with database.engine.begin() as connection:
        lock_schema(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_schema_current(database: Database) -> bool:
    """Whether the database has every migration of this version.

    Raises:
        DatabaseUnavailable: The database was made by a newer version of this program.
    """
    script = ScriptDirectory.from_config(migration_config())
    with database.engine.connect() as connection:
        return _current_revision(connection, script) == script.get_current_head()


def migration_config() -> Config:
    """Alembic's configuration, with the migrations found where this program is installed."""
    config = Config()
    config.set_main_option("script_location", str(resource_folder("migrations")).replace("%", "%%"))
    config.attributes["is_embedded"] = True
    return config


def _current_revision(connection: Connection, script: ScriptDirectory) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {item.revision for item in script.walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseUnavailable(
            f"The database was made by a newer version of Bloodcount (its schema is {revision!r}); "
            "start that version, or restore the backup made before the upgrade."
        )
    return revision


def lock_schema(connection: Connection) -> None:
    """Wait until no other process changes the schema, and keep the others from it until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK_KEY})
    else:
        # Python's sqlite3 opens a transaction only before INSERT, UPDATE and DELETE, never before CREATE TABLE.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
