"""The manual counter, the reference library, control slides and checks at a start.

Revision 0060, after 0031.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.schema import SchemaItem

revision = "0060"
down_revision = "0031"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_BYTEWISE = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_TABLES = (
    "counter_draft",
    "counter_preference",
    "manual_differential",
    "reference_cell",
    "control_lot",
    "control_run",
    "control_decision",
    "qc_result",
)
_ERASED_WITH = ("sample", "field_image", "analysis", "control_run")
"""What is erased takes with it what was made of it."""


def upgrade() -> None:
    _make_counter()
    _make_library()
    _make_controls()
    _make(
        "qc_result",
        *_texts(("kind", 32), ("outcome", 16), ("weights_name", 200), ("weights_version", 64), ("weights_sha256", 64)),
        *_texts(("engine", 64), ("executor_id", 200), ("app_version", 64)),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_qc_result_kind_weights_sha256_engine", "qc_result", ["kind", "weights_sha256", "engine"])
    op.create_index("ix_qc_result_executor_id_made_at", "qc_result", ["executor_id", "made_at"])


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


def _make_counter() -> None:
    _make(
        "counter_draft",
        *_texts(("count_key", 32)),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("version", "target")),
        sa.Column("presses", sa.JSON(), nullable=False),
        *(sa.Column(name, _MOMENT, nullable=False) for name in ("started_at", "updated_at")),
        sa.UniqueConstraint("account_id", name="uq_counter_draft_account_id"),
        refers_to=("account",),
    )
    _make(
        "counter_preference",
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("has_sound", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("account_id", name="uq_counter_preference_account_id"),
        refers_to=("account",),
    )
    _make(
        "manual_differential",
        *_texts(("count_key", 32), ("counted_by", 200)),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("tally", sa.JSON(), nullable=False),
        sa.Column("presses", sa.JSON(), nullable=True),
        sa.Column("comment", sa.String(2000), nullable=True),
        sa.Column("started_at", _MOMENT, nullable=True),
        sa.Column("saved_at", _MOMENT, nullable=False),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.Column("withdrawn_by", sa.String(200), nullable=True),
        sa.Column("withdrawal_reason", sa.String(2000), nullable=True),
        sa.UniqueConstraint("count_key", name="uq_manual_differential_count_key"),
        refers_to=("sample", "account"),
    )
    for column in ("sample_id", "account_id"):
        op.create_index(f"ix_manual_differential_{column}", "manual_differential", [column])


def _make_library() -> None:
    _make(
        "reference_cell",
        sa.Column("active_key", sa.String(80), nullable=True),
        *_texts(("cell", 40), ("cell_class", 8), ("subtype", 32)),
        sa.Column("box", sa.JSON(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        *_texts(("confirmed_by", 200), ("added_by", 200)),
        sa.Column("added_at", _MOMENT, nullable=False),
        sa.Column("removed_at", _MOMENT, nullable=True),
        sa.Column("removed_by", sa.String(200), nullable=True),
        sa.UniqueConstraint("active_key", name="uq_reference_cell_active_key"),
        refers_to=("sample", "field_image", "analysis"),
    )
    op.create_index("ix_reference_cell_cell_class_subtype", "reference_cell", ["cell_class", "subtype"])


def _make_controls() -> None:
    _make(
        "control_lot",
        *_texts(("material", 100), ("lot_number", 64), ("level", 64)),
        sa.Column("lot_key", _BYTEWISE, nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        *_texts(("made_by", 200)),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("closed_by", sa.String(200), nullable=True),
        sa.UniqueConstraint("lot_key", name="uq_control_lot_lot_key"),
    )
    _make(
        "control_run",
        *_texts(("run", 64)),
        sa.Column("measured", sa.JSON(), nullable=False),
        sa.Column("images", sa.Integer(), nullable=False),
        *_texts(("weights_name", 200), ("weights_version", 64), ("weights_sha256", 64), ("recorded_by", 200)),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("sample_id", name="uq_control_run_sample_id"),
        refers_to=("control_lot:lot_id", "sample"),
    )
    op.create_index("ix_control_run_lot_id_recorded_at", "control_run", ["lot_id", "recorded_at"])
    _make(
        "control_decision",
        *_texts(("decision", 16)),
        sa.Column("comment", sa.String(2000), nullable=True),
        *_texts(("made_by", 200)),
        sa.Column("made_at", _MOMENT, nullable=False),
        refers_to=("control_run:run_id",),
    )
    op.create_index("ix_control_decision_run_id", "control_decision", ["run_id"])


def _make(table: str, *parts: SchemaItem, refers_to: tuple[str, ...] = ()) -> None:
    """A table with a number of its own, and the numbers of the rows in other tables that it refers to."""
    references = [(name.partition(":")[0], name.partition(":")[2]) for name in refers_to]
    named = [(other, column or f"{other.removeprefix('field_')}_id") for other, column in references]
    op.create_table(
        table,
        sa.Column("id", _ID, nullable=False),
        *(sa.Column(column, _ID, nullable=False) for _, column in named),
        *parts,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{other}.id"],
                name=f"fk_{table}_{column}_{other}",
                ondelete="CASCADE" if other in _ERASED_WITH else "RESTRICT",
            )
            for other, column in named
        ),
        sqlite_autoincrement=True,
    )


def _texts(*columns: tuple[str, int]) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(length), nullable=False) for name, length in columns]
