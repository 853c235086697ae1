"""Chamber counts, analyser values, versions of the reference ranges, and what the worklist filters by.

Revision 0031, after 0030. It brings the first version of the reference ranges, from ``migrations/data``.
"""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_FIRST_RANGES = Path(__file__).parents[1] / "data" / "reference_ranges_version_1.toml"
_WARNED, _UNIDENTIFIED = "ix_field_image_warned", "ix_field_image_unidentified"
_CODE_PARTS = "ix_sample_patient_key_parts"

_UNIDENTIFIED_CELLS = {
    "sqlite": "json_extract({column}, '$.unidentified')",
    "postgresql": "CAST({column} ->> 'unidentified' AS INTEGER)",
}
_FILL = """
UPDATE field_image SET warning_count = json_array_length(warnings), unidentified_cells = coalesce((
    SELECT CASE WHEN review.revision > 0 THEN {reviewed} ELSE {found} END
    FROM analysis LEFT JOIN review ON review.analysis_id = analysis.id
    WHERE analysis.image_id = field_image.id ORDER BY analysis.id DESC LIMIT 1), 0)
"""


def upgrade() -> None:
    _create_measurements()
    _create_ranges()
    for name in ("warning_count", "unidentified_cells"):
        op.add_column("field_image", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    number = _UNIDENTIFIED_CELLS[op.get_bind().dialect.name]
    found, reviewed = (number.format(column=f"{table}.differential") for table in ("analysis", "review"))
    op.execute(_FILL.format(found=found, reviewed=reviewed))
    for index, column in ((_WARNED, "warning_count"), (_UNIDENTIFIED, "unidentified_cells")):
        is_some = sa.text(f"{column} > 0")
        op.create_index(index, "field_image", ["sample_id"], sqlite_where=is_some, postgresql_where=is_some)
    connection = op.get_bind()
    has_parts = connection.dialect.name == "postgresql" and connection.scalar(
        sa.text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
    )
    if has_parts:
        op.execute(f"CREATE INDEX {_CODE_PARTS} ON sample USING gin (patient_key gin_trgm_ops)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP INDEX IF EXISTS {_CODE_PARTS}")
    for index in (_UNIDENTIFIED, _WARNED):
        op.drop_index(index, "field_image")
    for name in ("unidentified_cells", "warning_count"):
        op.drop_column("field_image", name)
    for table in ("reference_range_set", "analyser_value", "chamber_count"):
        op.drop_table(table)


def _create_measurements() -> None:
    op.create_table(
        "chamber_count",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sample_id", _ID, nullable=False),
        sa.Column("cell_class", sa.String(16), nullable=False),
        sa.Column("squares", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("square_area_mm2", "depth_mm", "dilution")),
        sa.Column("side_a", sa.Integer(), nullable=False),
        sa.Column("side_b", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_chamber_count"),
        sa.UniqueConstraint("sample_id", "cell_class", name="uq_chamber_count_sample_id_cell_class"),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample.id"], name="fk_chamber_count_sample_id_sample", ondelete="RESTRICT"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "analyser_value",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sample_id", _ID, nullable=False),
        sa.Column("rbc_10e12_per_l", sa.Float(), nullable=False),
        sa.Column("analyser", sa.String(100), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_analyser_value"),
        sa.UniqueConstraint("sample_id", name="uq_analyser_value_sample_id"),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample.id"], name="fk_analyser_value_sample_id_sample", ondelete="RESTRICT"
        ),
        sqlite_autoincrement=True,
    )


def _create_ranges() -> None:
    table = op.create_table(
        "reference_range_set",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ranges", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_reference_range_set"),
    )
    first = tomllib.loads(_FIRST_RANGES.read_text(encoding="utf-8"))
    shipped = {"ranges": first["range"], "reason": first["reason"]}
    op.bulk_insert(table, [{"version": 1, "created_by": "Bloodcount", "created_at": datetime.now(UTC)} | shipped])
