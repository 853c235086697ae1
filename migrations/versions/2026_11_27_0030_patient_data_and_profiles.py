"""Acquisition profiles; patient code, sex, age, stain and acquisition profile of samples.

Revision 0030, after 0020. What older samples were is not known, so their new columns stay empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0020"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_BYTEWISE_TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_MEASURES = ("um_per_px", "field_area_mm2", "rbc_factor_per_ul", "wbc_factor_per_ul", "plt_factor_per_ul")
_PROFILE_KEY = "CONSTRAINT fk_sample_acquisition_profile_id_acquisition_profile"
_REFERENCE = "REFERENCES acquisition_profile (id) ON DELETE RESTRICT"


def upgrade() -> None:
    op.create_table(
        "acquisition_profile",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("name_key", _BYTEWISE_TEXT, nullable=False),
        sa.Column("objective", sa.String(100), nullable=True),
        *(sa.Column(name, sa.Float(), nullable=True) for name in _MEASURES),
        sa.Column("calibration_note", sa.String(500), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("archived_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_acquisition_profile"),
        sa.UniqueConstraint("name_key", name="uq_acquisition_profile_name_key"),
        sqlite_autoincrement=True,
    )
    op.add_column("sample", sa.Column("patient_code", sa.String(64), nullable=True))
    op.add_column("sample", sa.Column("patient_key", _BYTEWISE_TEXT, nullable=True))
    op.add_column("sample", sa.Column("sex", sa.String(16), nullable=True))
    op.add_column("sample", sa.Column("age_value", sa.Integer(), nullable=True))
    op.add_column("sample", sa.Column("age_unit", sa.String(16), nullable=True))
    op.add_column("sample", sa.Column("stain", sa.String(64), nullable=True))
    _add_profile_column()
    op.create_index("ix_sample_patient_key_created_at_id", "sample", ["patient_key", "created_at", "id"])
    op.create_index("ix_sample_acquisition_profile_id", "sample", ["acquisition_profile_id"])


def downgrade() -> None:
    op.drop_index("ix_sample_acquisition_profile_id", "sample")
    op.drop_index("ix_sample_patient_key_created_at_id", "sample")
    for name in ("acquisition_profile_id", "stain", "age_unit", "age_value", "sex", "patient_key", "patient_code"):
        op.drop_column("sample", name)
    op.drop_table("acquisition_profile")


def _add_profile_column() -> None:
    """On SQLite the reference belongs to the column, because one of the table is added only by copying all samples.

    SQLAlchemy reads the name and the rule of a reference from that of a table only; the comment in the definition,
    which SQLite keeps with the schema, tells it both.
    """
    if op.get_bind().dialect.name == "sqlite":
        told = f"/* {_PROFILE_KEY} FOREIGN KEY (acquisition_profile_id) {_REFERENCE} */"
        definition = f"INTEGER {told} {_REFERENCE}"
    else:
        definition = f"BIGINT {_PROFILE_KEY} {_REFERENCE}"
    op.execute(f"ALTER TABLE sample ADD COLUMN acquisition_profile_id {definition}")
