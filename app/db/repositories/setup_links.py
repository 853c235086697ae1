"""Queries about set-up links."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db.records import SetupLinkRecord


def is_link_good(session: Session, secret_sha256: str, now: datetime) -> bool:
    """Whether a link can still be used."""
    query = select(SetupLinkRecord.id).where(
        SetupLinkRecord.secret_sha256 == secret_sha256,
        SetupLinkRecord.used_at.is_(None),
        SetupLinkRecord.expires_at > now,
    )
    return session.scalar(query) is not None


def lock_links(session: Session) -> None:
    """Let nobody else use a link until the transaction ends."""
    session.scalars(select(SetupLinkRecord.id).order_by(SetupLinkRecord.id).with_for_update()).all()


def use_link(session: Session, secret_sha256: str, now: datetime) -> bool:
    """Use a link up; False when it was used, is too old, or never was. Of two at the same moment one gets True."""
    statement = (
        update(SetupLinkRecord)
        .where(
            SetupLinkRecord.secret_sha256 == secret_sha256,
            SetupLinkRecord.used_at.is_(None),
            SetupLinkRecord.expires_at > now,
        )
        .values(used_at=now)
        .returning(SetupLinkRecord.id)
    )
    return session.scalar(statement) is not None


def delete_links(session: Session) -> None:
    """Forget every link."""
    session.execute(delete(SetupLinkRecord))
