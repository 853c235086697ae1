"""When a photograph was erased while its result stayed.

Revision 0070, after 0040.
"""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("field_image", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("field_image", "erased_at")
