"""Samples, field images, analyses, API tokens, idempotency keys and executor heartbeats.

Revision 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_BYTEWISE_TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    _create_sample()
    _create_idempotency_key()
    _create_field_image()
    _create_analysis()
    op.create_table(
        "api_token",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("token_sha256", name="uq_api_token_token_sha256"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "executor_heartbeat",
        sa.Column("executor_id", sa.String(200), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("beat_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("executor_id", name="pk_executor_heartbeat"),
    )


def downgrade() -> None:
    for table in ("executor_heartbeat", "api_token", "analysis", "field_image", "idempotency_key", "sample"):
        op.drop_table(table)


def _create_sample() -> None:
    op.create_table(
        "sample",
        sa.Column("id", _ID, nullable=False),
        sa.Column("accession_number", sa.String(64), nullable=False),
        sa.Column("accession_key", _BYTEWISE_TEXT, nullable=False),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sample"),
        sa.UniqueConstraint("accession_key", name="uq_sample_accession_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sample_created_at_id", "sample", ["created_at", "id"])


def _create_idempotency_key() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sample_id", _ID, nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_idempotency_key"),
        sa.UniqueConstraint("sample_id", "key", name="uq_idempotency_key_sample_id_key"),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample.id"], name="fk_idempotency_key_sample_id_sample", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"])


def _create_field_image() -> None:
    op.create_table(
        "field_image",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sample_id", _ID, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("storage_key", sa.String(200), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("byte_size", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("idempotency_key_id", _ID, nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("job_round", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", _MOMENT, nullable=False),
        sa.Column("reason_code", sa.String(64), nullable=True),
        sa.Column("reason_message", sa.Text(), nullable=True),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_field_image"),
        sa.UniqueConstraint("sample_id", "sha256", name="uq_field_image_sample_id_sha256"),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample.id"], name="fk_field_image_sample_id_sample", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["idempotency_key_id"],
            ["idempotency_key.id"],
            name="fk_field_image_idempotency_key_id_idempotency_key",
            ondelete="SET NULL",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_field_image_status_sample_id", "field_image", ["status", "sample_id"])
    op.create_index("ix_field_image_idempotency_key_id", "field_image", ["idempotency_key_id"])


def _create_analysis() -> None:
    op.create_table(
        "analysis",
        sa.Column("id", _ID, nullable=False),
        sa.Column("image_id", _ID, nullable=False),
        sa.Column("weights_name", sa.String(200), nullable=False),
        sa.Column("weights_version", sa.String(64), nullable=False),
        sa.Column("weights_sha256", sa.String(64), nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("rbc", sa.Integer(), nullable=True),
        sa.Column("wbc", sa.Integer(), nullable=True),
        sa.Column("plt", sa.Integer(), nullable=True),
        sa.Column("nrbc", sa.Integer(), nullable=True),
        sa.Column("timings_ms", sa.JSON(), nullable=False),
        sa.Column("result_json", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_analysis"),
        sa.UniqueConstraint("image_id", "weights_sha256", name="uq_analysis_image_id_weights_sha256"),
        sa.ForeignKeyConstraint(
            ["image_id"], ["field_image.id"], name="fk_analysis_image_id_field_image", ondelete="RESTRICT"
        ),
        sqlite_autoincrement=True,
    )
