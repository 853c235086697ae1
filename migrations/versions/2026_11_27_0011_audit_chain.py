"""The audit trail: a chain of entries that the database itself refuses to change.

Revision 0011, after 0010. The triggers let an entry in only behind the last one, and let none be changed or deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_START_HASH = "0" * 64
_REFUSED = "the audit trail is append-only"
_ORDER = "an entry of the audit trail has to follow the last one"

# ruff: noqa: S608 - these statements hold no value from outside
_SQLITE = (
    f"""CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    f"""CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    f"""CREATE TRIGGER audit_event_in_order BEFORE INSERT ON audit_event
        WHEN NOT EXISTS (SELECT 1 FROM audit_head WHERE NEW.seq = seq + 1 AND NEW.prev_hash = hash)
        BEGIN SELECT RAISE(ABORT, '{_ORDER}'); END""",
    """CREATE TRIGGER audit_event_moves_head AFTER INSERT ON audit_event
        BEGIN UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash; END""",
    f"""CREATE TRIGGER audit_head_only_forward BEFORE UPDATE ON audit_head
        WHEN NOT (NEW.id = OLD.id AND (
            (NEW.seq = OLD.seq AND NEW.hash = OLD.hash)
            OR EXISTS (SELECT 1 FROM audit_event WHERE seq = OLD.seq + 1 AND seq = NEW.seq AND hash = NEW.hash)))
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    f"""CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
    f"""CREATE TRIGGER audit_head_no_insert BEFORE INSERT ON audit_head
        BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END""",
)

_POSTGRES = (
    f"""CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$""",
    f"""CREATE FUNCTION audit_event_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM 1 FROM audit_head WHERE NEW.seq = seq + 1 AND NEW.prev_hash = hash;
            IF NOT FOUND THEN RAISE EXCEPTION '{_ORDER}'; END IF;
            RETURN NEW;
        END $$""",
    """CREATE FUNCTION audit_event_moves_head() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash; RETURN NULL; END $$""",
    f"""CREATE FUNCTION audit_head_only_forward() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.id = OLD.id AND NEW.seq = OLD.seq AND NEW.hash = OLD.hash THEN RETURN NEW; END IF;
            PERFORM 1 FROM audit_event WHERE seq = OLD.seq + 1 AND seq = NEW.seq AND hash = NEW.hash;
            IF NOT FOUND OR NEW.id <> OLD.id THEN RAISE EXCEPTION '{_REFUSED}'; END IF;
            RETURN NEW;
        END $$""",
    """CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event
        FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    """CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    """CREATE TRIGGER audit_event_in_order BEFORE INSERT ON audit_event
        FOR EACH ROW EXECUTE FUNCTION audit_event_in_order()""",
    """CREATE TRIGGER audit_event_moves_head AFTER INSERT ON audit_event
        FOR EACH ROW EXECUTE FUNCTION audit_event_moves_head()""",
    """CREATE TRIGGER audit_head_only_forward BEFORE UPDATE ON audit_head
        FOR EACH ROW EXECUTE FUNCTION audit_head_only_forward()""",
    """CREATE TRIGGER audit_head_no_change BEFORE INSERT OR DELETE ON audit_head
        FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    """CREATE TRIGGER audit_head_no_truncate BEFORE TRUNCATE ON audit_head
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
)
_POSTGRES_FUNCTIONS = ("audit_refuse", "audit_event_in_order", "audit_event_moves_head", "audit_head_only_forward")


def upgrade() -> None:
    _create_audit_event()
    op.create_table(
        "audit_head",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.execute(f"INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '{_START_HASH}')")
    for statement in _POSTGRES if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit_event")
    op.drop_table("audit_head")
    if op.get_bind().dialect.name == "postgresql":
        for name in _POSTGRES_FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}()")


def _create_audit_event() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", _ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(16), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(200), nullable=False),
        sa.Column("actor_role", sa.String(16), nullable=True),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.String(64), nullable=True),
        sa.Column("request_id", sa.String(64), nullable=True),
        sa.Column("app_version", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_kind", sa.String(32), nullable=True),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("old_values", sa.Text(), nullable=True),
        sa.Column("new_values", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_event"),
    )
    op.create_index("ix_audit_event_subject_kind_subject_id", "audit_event", ["subject_kind", "subject_id"])
    for column in ("actor_name", "action", "at"):
        op.create_index(f"ix_audit_event_{column}", "audit_event", [column])
