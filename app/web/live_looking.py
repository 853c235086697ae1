"""One look at everything that open pages of this process show, in one transaction."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from app.batch_errors import BatchNotFound
from app.db.session import Database
from app.errors import SampleNotFound
from app.schemas.grading import GradingScheme
from app.schemas.queue import QueueState
from app.schemas.samples import UNFINISHED, SampleDetail
from app.services.queue.queue_state import queue_state, sample_seconds_to_go
from app.services.samples.samples import sample_detail, sample_signatures
from app.web.batch_view import BatchPlace, BatchView, build_batch_view

QUEUE: Literal["queue"] = "queue"


@dataclass(frozen=True, slots=True)
class BatchKey:
    """A part of a batch that pages show."""

    batch_id: int
    place: BatchPlace


Key = int | BatchKey | Literal["queue"]
"""What a page shows: the sample with this number, a part of a batch, or the queue."""

_QUEUE_EVERY_S = 1.0
"""How often the queue as a whole, and with it the time to go, is read anew."""

_BATCH_EVERY_S = 0.5
"""How often a batch is read anew: all its files are counted for that, so less often than a sample."""


@dataclass(frozen=True, slots=True)
class SampleSight:
    """A sample as it stands, and how long until it is counted: None where that is not available."""

    sample: SampleDetail | None
    seconds_to_go: float | None
    signature: tuple[object, ...]
    at: float


@dataclass(frozen=True, slots=True)
class QueueSight:
    """The queue as it stands."""

    queue: QueueState
    at: float


@dataclass(frozen=True, slots=True)
class BatchSight:
    """A part of a batch as it stands; None where there is no such batch."""

    view: BatchView | None
    at: float


Sight = SampleSight | QueueSight | BatchSight
LookedAt = Mapping[Key, Sight]
Look = Callable[[Mapping[Key, Sight | None]], LookedAt]
"""Gives what has changed since what was seen before."""


def build_look(database: Database, scheme: GradingScheme | None) -> Look:
    """A look into this database."""

    def look(before: Mapping[Key, Sight | None]) -> LookedAt:
        now = time.monotonic()
        found: dict[Key, Sight] = {}
        with database.unit_of_work() as session:
            signatures = sample_signatures(session, [key for key in before if isinstance(key, int)])
            for key, sight in before.items():
                is_due = sight is None or now - sight.at >= _pause_s(key)
                if not isinstance(key, int):
                    if is_due:
                        found[key] = _find_whole(session, key, now)
                    continue
                signature = signatures.get(key, ())
                known = sight if isinstance(sight, SampleSight) and sight.signature == signature else None
                if known is None or (is_due and _is_pending(known.sample)):
                    sample = known.sample if known else _find_sample(session, scheme, key)
                    found[key] = SampleSight(sample, _time_to_go(session, sample), signature, now)
        return found

    return look


def _pause_s(key: Key) -> float:
    return _BATCH_EVERY_S if isinstance(key, BatchKey) else _QUEUE_EVERY_S


def _find_whole(session: Session, key: BatchKey | Literal["queue"], now: float) -> QueueSight | BatchSight:
    if key == QUEUE:
        return QueueSight(queue_state(session), now)
    assert isinstance(key, BatchKey)  # noqa: S101  # all other keys are handled
    try:
        return BatchSight(build_batch_view(session, batch_id=key.batch_id, place=key.place), now)
    except BatchNotFound:
        return BatchSight(None, now)


def _time_to_go(session: Session, sample: SampleDetail | None) -> float | None:
    return sample_seconds_to_go(session, sample_id=sample.id) if sample is not None and _is_pending(sample) else None


def _find_sample(session: Session, scheme: GradingScheme | None, sample_id: int) -> SampleDetail | None:
    try:
        return sample_detail(session, sample_id=sample_id, scheme=scheme)
    except SampleNotFound:
        return None


def _is_pending(sample: SampleDetail | None) -> bool:
    return sample is not None and any(sample.images_by_status.get(status) for status in UNFINISHED)
