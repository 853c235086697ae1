"""Signed reports and corrections: rows that the database itself refuses to change.

Revision 0040, after 0031.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0050"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_TABLES = ("signed_report", "report_correction")
_REFUSED = "signed reports are append-only"


def upgrade() -> None:
    op.create_table(
        "signed_report",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sample_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("signer_id", _ID, nullable=False),
        sa.Column("signer", sa.String(200), nullable=False),
        sa.Column("meaning", sa.String(40), nullable=False),
        sa.Column("signed_at", _MOMENT, nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signed_report"),
        sa.UniqueConstraint("sample_id", "version", name="uq_signed_report_sample_id_version"),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample.id"], name="fk_signed_report_sample_id_sample", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["signer_id"], ["account.id"], name="fk_signed_report_signer_id_account", ondelete="RESTRICT"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_signed_report_signer_id", "signed_report", ["signer_id"])
    op.create_table(
        "report_correction",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sample_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("opened_by", sa.String(200), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report_correction"),
        sa.UniqueConstraint("sample_id", "version", name="uq_report_correction_sample_id_version"),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["sample.id"], name="fk_report_correction_sample_id_sample", ondelete="RESTRICT"
        ),
        sqlite_autoincrement=True,
    )
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION signed_report_refuse()")


def _triggers(dialect: str) -> list[str]:
    if dialect != "postgresql":
        return [
            f"""CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"""
            for table in _TABLES
            for verb in ("UPDATE", "DELETE")
        ]
    function = f"""CREATE FUNCTION signed_report_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"""
    triggers = [
        f"""CREATE TRIGGER {table}_no_{name} BEFORE {verbs} ON {table}
        FOR EACH {each} EXECUTE FUNCTION signed_report_refuse()"""
        for table in _TABLES
        for name, verbs, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT"))
    ]
    return [function, *triggers]
