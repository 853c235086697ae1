"""Reviews of analyses and their edits.

Revision 0020, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", _ID, nullable=False),
        sa.Column("analysis_id", _ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("rbc", "wbc", "plt", "nrbc")),
        *(sa.Column(name, sa.JSON(), nullable=True) for name in ("differential", "morphology")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("confirmed", "relabelled", "added", "removed")),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sa.UniqueConstraint("analysis_id", name="uq_review_analysis_id"),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["analysis.id"], name="fk_review_analysis_id_analysis", ondelete="RESTRICT"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "review_edit",
        sa.Column("id", _ID, nullable=False),
        sa.Column("review_id", _ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("edit_id", sa.String(32), nullable=False),
        sa.Column("cell", sa.String(40), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("old", sa.JSON(), nullable=True),
        sa.Column("new", sa.JSON(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_edit"),
        sa.UniqueConstraint("review_id", "revision", name="uq_review_edit_review_id_revision"),
        sa.UniqueConstraint("review_id", "edit_id", name="uq_review_edit_review_id_edit_id"),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.id"], name="fk_review_edit_review_id_review", ondelete="RESTRICT"
        ),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("review_edit")
    op.drop_table("review")
