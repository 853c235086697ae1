"""Weights releases, their evaluations and activations, and the golden fields that they are judged by.

Revision 0050, after 0020.
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0060"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_IS_LIVE = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    _create_golden_field()
    _create_weights_release()
    _create_weights_evaluation()
    _create_weights_activation()
    op.create_table(
        "active_weights",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("activation_id", _ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_active_weights"),
        _foreign_key("active_weights", "activation_id", "weights_activation"),
    )
    op.execute("INSERT INTO active_weights (id) VALUES (1)")
    op.add_column("executor_heartbeat", sa.Column("weights_sha256", sa.String(64), nullable=True))
    op.add_column("executor_heartbeat", sa.Column("weights_problem", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("executor_heartbeat", "weights_problem")
    op.drop_column("executor_heartbeat", "weights_sha256")
    for table in ("active_weights", "weights_activation", "weights_evaluation", "weights_release", "golden_field"):
        op.drop_table(table)


def _foreign_key(table: str, column: str, target: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}", ondelete=ondelete)


def _create_golden_field() -> None:
    op.create_table(
        "golden_field",
        sa.Column("id", _ID, nullable=False),
        sa.Column("image_id", _ID, nullable=False),
        sa.Column("analysis_id", _ID, nullable=False),
        sa.Column("review_revision", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("reference_cells", sa.JSON(), nullable=False),
        sa.Column("marked_by", sa.String(200), nullable=False),
        sa.Column("marked_at", _MOMENT, nullable=False),
        sa.Column("withdrawn_by", sa.String(200), nullable=True),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_golden_field"),
        _foreign_key("golden_field", "image_id", "field_image", "CASCADE"),
        _foreign_key("golden_field", "analysis_id", "analysis", "CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_golden_field_image_id",
        "golden_field",
        ["image_id"],
        unique=True,
        sqlite_where=_IS_LIVE,
        postgresql_where=_IS_LIVE,
    )


def _create_weights_release() -> None:
    op.create_table(
        "weights_release",
        sa.Column("id", _ID, nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("byte_size", sa.BigInteger(), nullable=False),
        sa.Column("storage_key", sa.String(200), nullable=True),
        sa.Column("manifest_json", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.String(200), nullable=False),
        sa.Column("uploaded_at", _MOMENT, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=True),
        sa.Column("version", sa.String(64), nullable=True),
        sa.Column("reason_code", sa.String(64), nullable=True),
        sa.Column("reason_message", sa.Text(), nullable=True),
        sa.Column("judged_at", _MOMENT, nullable=True),
        sa.Column("leased_until", _MOMENT, nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("attempts", "fields_done", "fields_total")),
        sa.PrimaryKeyConstraint("id", name="pk_weights_release"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_weights_release_sha256", "weights_release", ["sha256"])


def _create_weights_evaluation() -> None:
    op.create_table(
        "weights_evaluation",
        sa.Column("id", _ID, nullable=False),
        sa.Column("release_id", _ID, nullable=False),
        sa.Column("baseline_name", sa.String(200), nullable=False),
        sa.Column("baseline_version", sa.String(64), nullable=False),
        sa.Column("baseline_sha256", sa.String(64), nullable=False),
        sa.Column("report_json", sa.Text(), nullable=False),
        sa.Column("finished_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_weights_evaluation"),
        _foreign_key("weights_evaluation", "release_id", "weights_release"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_weights_evaluation_release_id", "weights_evaluation", ["release_id"])


def _create_weights_activation() -> None:
    op.create_table(
        "weights_activation",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("release_id", _ID, nullable=True),
        sa.Column("evaluation_id", _ID, nullable=True),
        sa.Column("requested_by", sa.String(200), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=True),
        sa.Column("worse", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("requested_at", _MOMENT, nullable=False),
        *(
            column
            for verb in ("approved", "declined")
            for column in (
                sa.Column(f"{verb}_by", sa.String(200), nullable=True),
                sa.Column(f"{verb}_at", _MOMENT, nullable=True),
            )
        ),
        sa.Column("activated_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_weights_activation"),
        _foreign_key("weights_activation", "release_id", "weights_release"),
        _foreign_key("weights_activation", "evaluation_id", "weights_evaluation"),
        sqlite_autoincrement=True,
    )
