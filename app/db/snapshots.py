"""The database as it is at one moment, written to files while others go on writing, and read back from them.

SQLite is copied as a file by its own backup interface. Of PostgreSQL every table of this application is copied, in
one transaction that sees one moment; its job tables are left out, because the images' rows make the jobs anew.
"""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import Connection, Table, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from app.db.base import Record
from app.db.migrating import lock_schema, migration_config, upgrade_schema
from app.db.session import Database
from app.errors import BackupUnusable

SQLITE_FILE = "bloodcount.db"
_TABLE_FOLDER = "tables"
_ROWS_AT_ONCE = 1000
_CHUNK_BYTES = 1024 * 1024
_PARTS = "SELECT storage_key, byte_size FROM upload_part"
_IMAGES = "SELECT sha256, storage_key FROM field_image"
_STORED_IMAGES = f"{_IMAGES} WHERE erased_at IS NULL"
"""What was erased on purpose is missed by no backup; databases of older versions know of no such thing."""

_WEIGHTS = "SELECT sha256, storage_key FROM weights_release WHERE storage_key NOT LIKE 'parts/%'"
"""Those in quarantine are left out: nothing counts with them, and they can be added again."""


class DatabaseSnapshot:
    """One moment of the database: written to ``files`` below the folder, and what of the store its rows refer to."""

    def __init__(
        self, files: list[str], schema_revision: str, image_keys: Iterator[tuple[str, str]], part_keys: dict[str, int]
    ) -> None:
        self.files = files
        self.schema_revision = schema_revision
        self.image_keys = image_keys
        """SHA-256 and storage key of each image and of all weights, once; to be read once."""
        self.part_keys = part_keys
        """Key and size of each part of an upload that is not finished, or of a ZIP file that is not unpacked yet."""


def refuse_unused(database: Database) -> None:
    """Make sure that there is something to copy.

    Raises:
        BackupUnusable: The database has no tables of this application.
    """
    is_there = database.engine.dialect.name != "sqlite" or _sqlite_path(database).exists()
    if is_there:
        with database.engine.connect() as connection:
            is_there = database.engine.dialect.has_table(connection, "alembic_version")
    if not is_there:
        raise BackupUnusable(
            "The database of BLOODCOUNT_DATABASE_URL is empty, so there is nothing to back up; look at the setting."
        )


def write_snapshot(database: Database, folder: Path) -> DatabaseSnapshot:
    """Copy the database into a folder, over the copy that may lie there."""
    if database.engine.dialect.name == "sqlite":
        return _copy_sqlite(database, folder)
    return _copy_tables(database, folder)


def restore_snapshot(database: Database, folder: Path, schema_revision: str) -> None:
    """Bring an empty database to the moment of a snapshot, as a whole or not at all, then to this version's schema.

    Raises:
        BackupUnusable: The database is not empty, or the snapshot does not fit it; nothing was changed.
        DatabaseUnavailable: The snapshot was made by a newer version.
    """
    refuse_used(database)
    if database.engine.dialect.name == "sqlite":
        _put_sqlite(database, folder)
    else:
        _fill_tables(database, folder, schema_revision)
    upgrade_schema(database)


def refuse_used(database: Database) -> None:
    """Make sure that nothing would be overwritten.

    Raises:
        BackupUnusable: The database has tables of this application, or the SQLite file exists.
    """
    if database.engine.dialect.name == "sqlite":
        is_used = _sqlite_path(database).exists()
    else:
        with database.engine.connect() as connection:
            is_used = database.engine.dialect.has_table(connection, "alembic_version")
    if is_used:
        raise BackupUnusable(
            "The database of BLOODCOUNT_DATABASE_URL is in use already and nothing is ever overwritten; restore into "
            "an empty one, or move the present one away first."
        )


def _sqlite_path(database: Database) -> Path:
    return Path(make_url(database.url).database or "")


def _copy_sqlite(database: Database, folder: Path) -> DatabaseSnapshot:
    target = folder / SQLITE_FILE
    # For writing: what a killed process left half written has to be taken back before it is read.
    source = sqlite3.connect(f"file:{_sqlite_path(database)}?mode=rw", uri=True, timeout=60)
    copy = sqlite3.connect(target)
    try:
        # In one step: writers wait as long as the file's copying takes. In several, each write would begin it anew.
        source.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE").close()
        (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        has_parts = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'upload_part'").fetchone()
        parts = dict(copy.execute(_PARTS).fetchall()) if has_parts else {}
    finally:
        source.close()
        copy.close()
    flush_file(target)
    return DatabaseSnapshot([SQLITE_FILE], revision, _keys_of_copy(target), parts)


def _keys_query(*, has_weights: bool, has_erased: bool) -> str:
    """What lists every file of the store that is kept for good, once; older versions have no weights or erasures."""
    images = _STORED_IMAGES if has_erased else _IMAGES
    return f"{images} UNION {_WEIGHTS if has_weights else images} ORDER BY storage_key"


def _keys_of_copy(path: Path) -> Iterator[tuple[str, str]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        has_weights = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'weights_release'").fetchone()
        columns = {column for _, column, *_ in connection.execute("PRAGMA table_info(field_image)")}
        query = _keys_query(has_weights=has_weights is not None, has_erased="erased_at" in columns)
        yield from connection.execute(query)
    finally:
        connection.close()


def _put_sqlite(database: Database, folder: Path) -> None:
    path = _sqlite_path(database)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".restoring")
    with (folder / SQLITE_FILE).open("rb") as source, partial.open("wb") as target:
        while chunk := source.read(_CHUNK_BYTES):
            target.write(chunk)
    flush_file(partial)
    partial.replace(path)


def _copy_tables(database: Database, folder: Path) -> DatabaseSnapshot:
    (folder / _TABLE_FOLDER).mkdir(exist_ok=True)
    files = []
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        revision = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
        present = set(database.engine.dialect.get_table_names(connection))
        for table in Record.metadata.sorted_tables:
            if table.name in present:
                path = f"{_TABLE_FOLDER}/{table.name}.copy"
                files.append(path)
                _copy_out(connection, table, folder / path)
        found = connection.execute(text(_PARTS)).all() if "upload_part" in present else ()
        parts: dict[str, int] = {part.storage_key: part.byte_size for part in found}
        keys_file = folder / f"{_TABLE_FOLDER}/.image-keys"
        columns = {column["name"] for column in inspect(connection).get_columns("field_image")}
        query = text(_keys_query(has_weights="weights_release" in present, has_erased="erased_at" in columns))
        with keys_file.open("w", encoding="ascii") as lines:
            for rows in connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query).partitions():
                lines.writelines(f"{sha256} {key}\n" for sha256, key in rows)
    return DatabaseSnapshot(files, revision, _keys_of_file(keys_file), parts)


def _keys_of_file(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="ascii") as lines:
        for line in lines:
            sha256, _, key = line.rstrip("\n").partition(" ")
            yield sha256, key
    path.unlink()


def _copy_out(connection: Connection, table: Table, path: Path) -> None:
    # The columns are named in the file's first line: a later version may have them in another order.
    statement = f"COPY {_quoted(table)} TO STDOUT WITH (FORMAT csv, HEADER true, FORCE_QUOTE *)"
    with path.open("wb") as file, _cursor(connection).copy(statement) as copy:
        for chunk in copy:
            file.write(chunk)
    flush_file(path)


def _fill_tables(database: Database, folder: Path, schema_revision: str) -> None:
    config = migration_config()
    try:
        with database.engine.begin() as connection:
            lock_schema(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, schema_revision)
            for table in Record.metadata.sorted_tables:
                path = folder / _TABLE_FOLDER / f"{table.name}.copy"
                if path.exists():
                    _copy_in(connection, table, path)
    except DBAPIError as error:
        raise BackupUnusable(f"The backup does not fit the database ({type(error.orig).__name__}).") from error


def _copy_in(connection: Connection, table: Table, path: Path) -> None:
    with path.open("rb") as file:
        columns = file.readline().decode().rstrip("\r\n")
        statement = f"COPY {_quoted(table)} ({columns}) FROM STDIN WITH (FORMAT csv)"
        # The audit trail's triggers let one entry in at a time and hold the chain's end, which is in the copy too.
        connection.execute(text(f"ALTER TABLE {_quoted(table)} DISABLE TRIGGER USER"))
        connection.execute(table.delete())  # what the migrations put there
        with _cursor(connection).copy(statement) as copy:
            while chunk := file.read(_CHUNK_BYTES):
                copy.write(chunk)
        connection.execute(text(f"ALTER TABLE {_quoted(table)} ENABLE TRIGGER USER"))
    for column in table.primary_key.columns:
        # A number that was given once is never given again.
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
        )
        if sequence is not None:
            highest = f"SELECT setval('{sequence}', greatest(1, (SELECT max({column.name}) FROM {_quoted(table)})))"  # noqa: S608  # names of this program
            connection.execute(text(highest))


def _cursor(connection: Connection) -> Any:  # noqa: ANN401  # psycopg is optional
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  # it is connected
    return driver.cursor()


def _quoted(table: Table) -> str:
    return f'"{table.name}"'


def flush_file(path: Path) -> None:
    """Write a file's bytes to disk, so that a power cut cannot lose them."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
