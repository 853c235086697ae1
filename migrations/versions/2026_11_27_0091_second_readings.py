"""Second readings: white cells named once more, blindly.

Revision 0091, after 0090.
"""

import sqlalchemy as sa
from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "second_reading",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sample_id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("read_by", sa.String(200), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("compared", sa.JSON(), nullable=True),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_second_reading"),
        sa.UniqueConstraint("sample_id", "account_id", name="uq_second_reading_sample_id_account_id"),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample.id"], name="fk_second_reading_sample_id_sample", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_second_reading_account_id_account", ondelete="RESTRICT"
        ),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("second_reading")
