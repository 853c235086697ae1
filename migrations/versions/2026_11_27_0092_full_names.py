"""Full names of account holders, as signed reports print them.

Revision 0092, after 0091.
"""

import sqlalchemy as sa
from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("full_name", sa.String(128), nullable=True))


def downgrade() -> None:
    op.drop_column("account", "full_name")
