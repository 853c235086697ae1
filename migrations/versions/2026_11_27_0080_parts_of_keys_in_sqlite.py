"""On SQLite an index of every three characters of accession numbers and patient codes: any part is found at once.

Revision 0080, after 0070. PostgreSQL has such indexes since 0005 and 0031. The index is a virtual table of FTS5 which
reads its text from ``sample`` and which triggers keep in step. A later migration that copies ``sample`` (Alembic's
batch mode) takes the triggers with the old table and must make them anew. An SQLite that was built without FTS5 or
without its trigrams (before 3.34) leaves the index out; a search then reads all keys.
"""

import logging

from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0080"
down_revision = "0070"
branch_labels = None
depends_on = None

_CREATE = """
CREATE VIRTUAL TABLE sample_key_parts USING fts5(
    accession_key, patient_key, content='sample', content_rowid='id', tokenize='trigram case_sensitive 1'
)
"""
_FILL = "INSERT INTO sample_key_parts (sample_key_parts) VALUES ('rebuild')"
_ON_INSERT = """
CREATE TRIGGER sample_key_parts_entered AFTER INSERT ON sample BEGIN
    INSERT INTO sample_key_parts (rowid, accession_key, patient_key)
        VALUES (new.id, new.accession_key, new.patient_key);
END
"""
_ON_UPDATE = """
CREATE TRIGGER sample_key_parts_changed AFTER UPDATE OF id, accession_key, patient_key ON sample BEGIN
    INSERT INTO sample_key_parts (sample_key_parts, rowid, accession_key, patient_key)
        VALUES ('delete', old.id, old.accession_key, old.patient_key);
    INSERT INTO sample_key_parts (rowid, accession_key, patient_key)
        VALUES (new.id, new.accession_key, new.patient_key);
END
"""
_ON_DELETE = """
CREATE TRIGGER sample_key_parts_erased AFTER DELETE ON sample BEGIN
    INSERT INTO sample_key_parts (sample_key_parts, rowid, accession_key, patient_key)
        VALUES ('delete', old.id, old.accession_key, old.patient_key);
END
"""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    try:
        connection.exec_driver_sql(_CREATE)
    except DBAPIError as error:
        logging.getLogger(__name__).warning("search by parts of accession numbers has no index: %s", error.orig)
        return
    for statement in (_FILL, _ON_INSERT, _ON_UPDATE, _ON_DELETE):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("entered", "changed", "erased"):
            op.execute(f"DROP TRIGGER IF EXISTS sample_key_parts_{trigger}")
        op.execute("DROP TABLE IF EXISTS sample_key_parts")
