"""Queries about weights releases, their evaluations, and which of them count."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session, defer

from app.db.base import LARGEST_ID
from app.db.clock import database_now
from app.db.records import (
    ActiveWeightsRecord,
    ExecutorHeartbeatRecord,
    WeightsActivationRecord,
    WeightsEvaluationRecord,
    WeightsReleaseRecord,
)
from app.db.repositories.leases import lease_row
from app.db.repositories.workers import SILENT_AFTER_S
from app.schemas.weights import UNJUDGED, ActivationKind, ReleaseStatus
from app.weights_errors import ActivationNotFound, ReleaseNotFound

_ACTIVE_ID = 1


class ActiveKey(NamedTuple):
    """The activation that holds, and its release; both None before the first one, the release also for the origin."""

    activation_id: int | None
    release_id: int | None


def find_active(session: Session) -> ActiveKey:
    """Which activation holds now: a small look that every process repeats."""
    query = (
        select(ActiveWeightsRecord.activation_id, WeightsActivationRecord.release_id)
        .outerjoin(WeightsActivationRecord, WeightsActivationRecord.id == ActiveWeightsRecord.activation_id)
        .where(ActiveWeightsRecord.id == _ACTIVE_ID)
    )
    return ActiveKey(*session.execute(query).one())


def lock_active(session: Session) -> ActiveKey:
    """The same, with the row locked until the transaction ends: one change of weights at a time."""
    # Sets nothing new: it takes the write lock on SQLite and the row's lock on PostgreSQL.
    session.execute(update(ActiveWeightsRecord).where(ActiveWeightsRecord.id == _ACTIVE_ID).values(id=_ACTIVE_ID))
    return find_active(session)


def set_active(session: Session, activation_id: int) -> None:
    """Let an activation hold from now on."""
    statement = update(ActiveWeightsRecord).where(ActiveWeightsRecord.id == _ACTIVE_ID)
    session.execute(statement.values(activation_id=activation_id))


def find_active_release(session: Session) -> WeightsReleaseRecord | None:
    """The release that is active; None for the weights that came with the installation."""
    release_id = find_active(session).release_id
    return None if release_id is None else get_release(session, release_id)


def get_release(session: Session, release_id: int) -> WeightsReleaseRecord:
    """One release.

    Raises:
        ReleaseNotFound: There is none with this number.
    """
    release = session.get(WeightsReleaseRecord, release_id) if 0 < release_id <= LARGEST_ID else None
    if release is None:
        raise ReleaseNotFound(release_id)
    return release


def list_releases(session: Session) -> Sequence[WeightsReleaseRecord]:
    """Every release, the newest first, without its manifest."""
    query = select(WeightsReleaseRecord).options(defer(WeightsReleaseRecord.manifest_json))
    return session.scalars(query.order_by(WeightsReleaseRecord.id.desc())).all()


def find_usable(session: Session, sha256: str) -> WeightsReleaseRecord | None:
    """The release with this content that was not refused."""
    query = select(WeightsReleaseRecord).where(
        WeightsReleaseRecord.sha256 == sha256, WeightsReleaseRecord.status != ReleaseStatus.REFUSED
    )
    return session.scalars(query.order_by(WeightsReleaseRecord.id).limit(1)).first()


def find_named(session: Session, name: str, version: str, *, but: int) -> WeightsReleaseRecord | None:
    """A release ``but`` one that was found sound under this name and version."""
    query = select(WeightsReleaseRecord).where(
        WeightsReleaseRecord.name == name,
        WeightsReleaseRecord.version == version,
        WeightsReleaseRecord.id != but,
        WeightsReleaseRecord.status != ReleaseStatus.REFUSED,
    )
    return session.scalars(query.limit(1)).first()


def lease_release(
    session: Session, *, now: datetime, until: datetime, release_id: int | None = None
) -> tuple[int, int] | None:
    """Take a release that waits to be judged, for a while; its number and how often that was begun."""
    chosen = () if release_id is None else (WeightsReleaseRecord.id == release_id,)
    is_unjudged = WeightsReleaseRecord.status.in_(UNJUDGED)
    return lease_row(session, WeightsReleaseRecord, is_unjudged, *chosen, now=now, until=until)


def change_release(session: Session, release_id: int, **values: object) -> None:
    """Write columns of a release."""
    session.execute(update(WeightsReleaseRecord).where(WeightsReleaseRecord.id == release_id).values(**values))


def find_evaluation(session: Session, release_id: int) -> WeightsEvaluationRecord | None:
    """The newest evaluation of a release."""
    query = select(WeightsEvaluationRecord).where(WeightsEvaluationRecord.release_id == release_id)
    return session.scalars(query.order_by(WeightsEvaluationRecord.id.desc()).limit(1)).first()


def get_activation(session: Session, activation_id: int) -> WeightsActivationRecord:
    """One activation.

    Raises:
        ActivationNotFound: There is none with this number.
    """
    activation = session.get(WeightsActivationRecord, activation_id) if 0 < activation_id <= LARGEST_ID else None
    if activation is None:
        raise ActivationNotFound(activation_id)
    return activation


def list_activations(session: Session, *, limit: int) -> Sequence[WeightsActivationRecord]:
    """Activations, the newest first."""
    query = select(WeightsActivationRecord).order_by(WeightsActivationRecord.id.desc()).limit(limit)
    return session.scalars(query).all()


def list_waiting_activations(session: Session) -> Sequence[WeightsActivationRecord]:
    """Activations that wait for a second person, the oldest first."""
    query = select(WeightsActivationRecord).where(
        WeightsActivationRecord.activated_at.is_(None), WeightsActivationRecord.declined_at.is_(None)
    )
    return session.scalars(query.order_by(WeightsActivationRecord.id)).all()


def list_held(session: Session) -> list[tuple[ActivationKind, int | None]]:
    """Every activation that ever held, the first one first: its kind and its release, None for the origin."""
    query = (
        select(WeightsActivationRecord.kind, WeightsActivationRecord.release_id)
        .where(WeightsActivationRecord.activated_at.is_not(None))
        .order_by(WeightsActivationRecord.activated_at, WeightsActivationRecord.id)
    )
    return [(kind, release_id) for kind, release_id in session.execute(query)]


def is_added(session: Session, sha256: str) -> bool:
    """Whether an admin added weights with this content."""
    query = select(WeightsReleaseRecord.id).where(WeightsReleaseRecord.sha256 == sha256).limit(1)
    return session.scalars(query).first() is not None


def list_counting(session: Session) -> set[str]:
    """The SHA-256 of the weights that living processes count with."""
    since = database_now(session) - timedelta(seconds=SILENT_AFTER_S)
    query = select(ExecutorHeartbeatRecord.weights_sha256).where(ExecutorHeartbeatRecord.beat_at >= since)
    return {sha256 for sha256 in session.scalars(query) if sha256 is not None}


def known_part_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Which of these parts of the store are weights in quarantine."""
    query = select(WeightsReleaseRecord.storage_key).where(WeightsReleaseRecord.storage_key.in_(keys))
    return {key for key in session.scalars(query) if key is not None}
