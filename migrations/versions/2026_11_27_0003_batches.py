"""Batches: their samples, their files, and the parts of files that have arrived.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_BYTEWISE_TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.Column("idempotency_key", sa.String(255), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("active_at", _MOMENT, nullable=False),
        sa.Column("completed_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
        sa.UniqueConstraint("idempotency_key", name="uq_batch_idempotency_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_batch_created_at_id", "batch", ["created_at", "id"])
    op.create_index("ix_batch_completed_at_active_at", "batch", ["completed_at", "active_at"])
    _create_batch_sample()
    _create_batch_file()
    op.create_table(
        "upload_part",
        sa.Column("id", _ID, nullable=False),
        sa.Column("file_id", _ID, nullable=False),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False),
        sa.Column("byte_size", sa.BigInteger(), nullable=False),
        sa.Column("storage_key", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upload_part"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["batch_file.id"], name="fk_upload_part_file_id_batch_file", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("file_id", "offset_bytes", name="uq_upload_part_file_id_offset_bytes"),
        sa.UniqueConstraint("storage_key", name="uq_upload_part_storage_key"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("upload_part", "batch_file", "batch_sample", "batch"):
        op.drop_table(table)


def _create_batch_sample() -> None:
    op.create_table(
        "batch_sample",
        sa.Column("id", _ID, nullable=False),
        sa.Column("batch_id", _ID, nullable=False),
        sa.Column("accession_number", sa.String(64), nullable=False),
        sa.Column("accession_key", _BYTEWISE_TEXT, nullable=False),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("sample_id", _ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_batch_sample"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_sample_batch_id_batch", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample.id"], name="fk_batch_sample_sample_id_sample", ondelete="SET NULL"
        ),
        sa.UniqueConstraint("batch_id", "accession_key", name="uq_batch_sample_batch_id_accession_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_batch_sample_sample_id", "batch_sample", ["sample_id"])


def _create_batch_file() -> None:
    op.create_table(
        "batch_file",
        sa.Column("id", _ID, nullable=False),
        sa.Column("batch_id", _ID, nullable=False),
        sa.Column("path", sa.String(500), nullable=False),
        sa.Column("byte_size", sa.BigInteger(), nullable=False),
        sa.Column("batch_sample_id", _ID, nullable=True),
        sa.Column("archive_id", _ID, nullable=True),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reason_code", sa.String(64), nullable=True),
        sa.Column("reason_message", sa.Text(), nullable=True),
        sa.Column("image_id", _ID, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batch_file"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_file_batch_id_batch", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["batch_sample_id"],
            ["batch_sample.id"],
            name="fk_batch_file_batch_sample_id_batch_sample",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["archive_id"], ["batch_file.id"], name="fk_batch_file_archive_id_batch_file", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["image_id"], ["field_image.id"], name="fk_batch_file_image_id_field_image", ondelete="SET NULL"
        ),
        sa.UniqueConstraint("batch_id", "path", name="uq_batch_file_batch_id_path"),
        sqlite_autoincrement=True,
    )
    for columns in (
        ["batch_id", "status"],
        ["status", "leased_until"],
        ["batch_sample_id"],
        ["archive_id"],
        ["image_id"],
    ):
        op.create_index(f"ix_batch_file_{'_'.join(columns)}", "batch_file", columns)
