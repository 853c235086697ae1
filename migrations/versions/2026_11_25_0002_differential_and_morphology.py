"""Cells by type in columns of the analysis, so that samples pool them without reading the result documents.

Revision 0002, after 0001. Analyses from before it were made by weights that name no cell: they stay empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS = ("differential", "morphology")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("analysis", sa.Column(name, sa.JSON(), nullable=True))


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("analysis", name)
