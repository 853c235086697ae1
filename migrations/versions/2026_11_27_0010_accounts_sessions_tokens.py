"""Accounts, sessions, known browsers, set-up links, failed sign-ins; scopes, expiry and last use of API tokens.

Revision 0010, after 0004.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_BYTEWISE_TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_TOKEN_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "scopes": sa.String(400),
    "created_by": sa.String(200),
    "expires_at": _MOMENT,
    "last_used_at": _MOMENT,
}


def upgrade() -> None:
    for name, kind in _TOKEN_COLUMNS.items():
        op.add_column("api_token", sa.Column(name, kind, nullable=True))
    _create_account()
    _create_user_session()
    op.create_table(
        "known_browser",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_browser"),
        sa.UniqueConstraint("account_id", "secret_sha256", name="uq_known_browser_account_id_secret_sha256"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_known_browser_account_id_account", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "setup_link",
        sa.Column("id", _ID, nullable=False),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_setup_link"),
        sa.UniqueConstraint("secret_sha256", name="uq_setup_link_secret_sha256"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sign_in_throttle",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("blocked_until", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_throttle"),
        sa.UniqueConstraint("key", name="uq_sign_in_throttle_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sign_in_throttle_last_at", "sign_in_throttle", ["last_at"])


def downgrade() -> None:
    for table in ("sign_in_throttle", "setup_link", "known_browser", "user_session", "account"):
        op.drop_table(table)
    for name in _TOKEN_COLUMNS:
        op.drop_column("api_token", name)


def _create_account() -> None:
    op.create_table(
        "account",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("name_key", _BYTEWISE_TEXT, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("password_changed_at", _MOMENT, nullable=False),
        sa.Column("disabled_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("name_key", name="uq_account_name_key"),
        sqlite_autoincrement=True,
    )


def _create_user_session() -> None:
    op.create_table(
        "user_session",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("address", sa.String(64), nullable=True),
        sa.Column("browser", sa.String(200), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_user_session"),
        sa.UniqueConstraint("secret_sha256", name="uq_user_session_secret_sha256"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_user_session_account_id_account", ondelete="RESTRICT"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_user_session_account_id", "user_session", ["account_id"])
