"""When a photograph was erased while its result stayed, and what the audit trail names by a digest alone.

Revision 0070, after 0040.
"""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0040"
branch_labels = None
depends_on = None


_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("field_image", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "concealed_value",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sample_id", _ID, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_concealed_value"),
        sa.UniqueConstraint("digest", name="uq_concealed_value_digest"),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample.id"], name="fk_concealed_value_sample_id_sample", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_concealed_value_sample_id", "concealed_value", ["sample_id"])


def downgrade() -> None:
    op.drop_table("concealed_value")
    op.drop_column("field_image", "erased_at")
