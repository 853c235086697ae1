"""On PostgreSQL an index of every three characters of the accession numbers, so that any part is found at once.

Revision 0005, after 0002. It needs the extension pg_trgm, which comes with PostgreSQL and which a database's owner may
switch on; where that is not allowed the index is left out, and a search reads all accession numbers. SQLite has no
need of it: there an index of 200,000 whole numbers is read in some 15 ms.
"""

import logging

from alembic import op
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INDEX = "ix_sample_accession_key_parts"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            connection.execute(text(f"CREATE INDEX {_INDEX} ON sample USING gin (accession_key gin_trgm_ops)"))
    except DBAPIError as error:
        logging.getLogger(__name__).warning("search by parts of accession numbers has no index: %s", error.orig)


def downgrade() -> None:
    # The extension stays: others may use it.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP INDEX IF EXISTS {_INDEX}")
