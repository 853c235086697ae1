"""The manual count that a person has under way: kept with every cell, and never overwritten by an older tab."""

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import CounterDraftRecord, CounterPreferenceRecord
from app.db.repositories import manual_differentials as manual
from app.schemas.actors import Actor
from app.schemas.manual_differentials import CounterDraft, CounterPreference, ManualCellType, SentDraft
from app.services.quality.look_back_errors import CounterMoved
from app.services.reviews.counter_keys import default_preference
from app.services.reviews.review_errors import EditorChanged

_REMEMBERED_KEYS = 20


def account_number(actor: Actor) -> int:
    """The number of the account that acts: only people sit at the counter."""
    return actor.id or 0


def current_draft(session: Session, actor: Actor) -> CounterDraft | None:
    """The count that a person has under way, on whatever computer it was begun."""
    record = manual.find_draft(session, account_number(actor))
    return _draft(record) if record is not None and record.count_key else None


def saved_keys(session: Session, actor: Actor) -> tuple[str, ...]:
    """Keys of the person's newest saved counts, by which a browser knows that it need not keep them any more."""
    return tuple(manual.list_newest_keys(session, account_number(actor), limit=_REMEMBERED_KEYS))


def keep_draft(session: Session, sent: SentDraft, actor: Actor) -> CounterDraft:
    """Keep a count as it stands now. Sending the same again changes nothing.

    Raises:
        CounterMoved: Another tab has counted on since the sender looked.
        EditorChanged: Somebody else has signed in since the page was opened.
    """
    if sent.editor != actor.name:
        raise EditorChanged(sent.editor, actor.name)
    record = manual.open_draft(session, account_number(actor))
    presses = [one.value for one in sent.presses]
    is_same_count = record.count_key == sent.count_key
    if is_same_count and record.version >= sent.version:
        if (record.version, record.presses) != (sent.version, presses):
            raise CounterMoved
        return _draft(record)
    # A count of another tab, or one that was saved to a sample in the meantime.
    if not is_same_count and (record.presses or manual.find_by_key(session, sent.count_key) is not None):
        raise CounterMoved
    if not is_same_count:
        record.started_at = utc_now()
    record.count_key, record.version = sent.count_key, sent.version
    record.presses, record.target, record.updated_at = presses, sent.target, utc_now()
    return _draft(record)


def preference(session: Session, actor: Actor) -> CounterPreference:
    """A person's keys, target and sound."""
    record = manual.find_preference(session, account_number(actor))
    if record is None:
        return default_preference()
    keys = {ManualCellType(name): key for name, key in record.keys.items()}
    return CounterPreference(keys=keys, target=record.target, has_sound=record.has_sound)


def keep_preference(session: Session, chosen: CounterPreference, actor: Actor) -> None:
    """Keep a person's keys, target and sound."""
    keys = {cell_type.value: key for cell_type, key in chosen.keys.items()}
    record = manual.find_preference(session, account_number(actor))
    if record is None:
        record = CounterPreferenceRecord(account_id=account_number(actor), keys={}, target=0, has_sound=True)
        session.add(record)
    record.keys, record.target, record.has_sound = keys, chosen.target, chosen.has_sound


def _draft(record: CounterDraftRecord) -> CounterDraft:
    return CounterDraft(
        count_key=record.count_key,
        version=record.version,
        presses=tuple(ManualCellType(one) for one in record.presses),
        target=record.target,
    )
