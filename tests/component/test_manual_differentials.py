"""Manual differentials: the count under way is never lost or overwritten, and a saved one is kept for good."""

import json

import pytest

from app.db.base import utc_now
from app.db.records import AccountRecord
from app.db.repositories.audit_events import AuditFilter
from app.db.session import Database
from app.errors import InvalidInput
from app.schemas.actors import Actor, ActorKind
from app.schemas.audit import AuditAction
from app.schemas.manual_differentials import CounterDraft, ManualCellType, SentDraft
from app.schemas.samples import NewSample
from app.schemas.tokens import Role
from app.services.audit import find_entries
from app.services.quality.look_back_errors import AlreadyWithdrawn, CounterMoved, ManualDifferentialNotFound
from app.services.reviews.counter_drafts import current_draft, keep_draft, keep_preference, preference
from app.services.reviews.counter_keys import KEY_PRESETS
from app.services.reviews.manual_differentials import (
    FinishedCount,
    sample_differentials,
    save_differential,
    withdraw_differential,
)
from app.services.reviews.review_errors import EditorChanged
from app.services.samples.samples import create_sample

KEY, OTHER_KEY = "a" * 32, "b" * 32
SEG, LYM, NRBC = ManualCellType.SEGMENTED, ManualCellType.LYMPHOCYTE, ManualCellType.NUCLEATED_RED_CELL


@pytest.fixture
def anna(database: Database) -> Actor:
    """A person with an account."""
    with database.unit_of_work() as session:
        account = AccountRecord(name="anna", name_key="anna", role=Role.TECHNICIAN, password_hash=None)
        session.add(account)
        session.flush()
        return Actor(ActorKind.ACCOUNT, "anna", id=account.id)


@pytest.fixture
def sample_id(database: Database) -> int:
    """A sample without images."""
    with database.unit_of_work() as session:
        return create_sample(session, new=NewSample(accession_number="26-1")).id


def keep(database: Database, actor: Actor, version: int, *presses: ManualCellType, key: str = KEY) -> CounterDraft:
    sent = SentDraft(count_key=key, version=version, presses=presses, target=100, editor="anna")
    with database.unit_of_work() as session:
        return keep_draft(session, sent, actor)


def save(database: Database, actor: Actor, *presses: ManualCellType, key: str = KEY, number: str = "26-1") -> int:
    count = FinishedCount(key, 100, presses, {}, None)
    with database.unit_of_work() as session:
        return save_differential(session, accession_number=number, count=count, actor=actor)


def test_a_draft_is_kept_and_an_older_tab_does_not_overwrite_it(database: Database, anna: Actor) -> None:
    keep(database, anna, 1, SEG)
    keep(database, anna, 2, SEG, LYM)
    keep(database, anna, 2, SEG, LYM)  # sent again after a lost answer

    with pytest.raises(CounterMoved):
        keep(database, anna, 2, SEG, SEG)
    with pytest.raises(CounterMoved):
        keep(database, anna, 1, SEG)
    with pytest.raises(CounterMoved):
        keep(database, anna, 9, LYM, key=OTHER_KEY)

    with database.unit_of_work() as session:
        draft = current_draft(session, anna)
    assert draft is not None
    assert (draft.version, draft.presses) == (2, (SEG, LYM))


def test_a_count_that_is_empty_gives_way_to_another(database: Database, anna: Actor) -> None:
    keep(database, anna, 1, SEG)
    keep(database, anna, 2)

    assert keep(database, anna, 1, LYM, key=OTHER_KEY).presses == (LYM,)


def test_nobody_counts_under_the_name_of_who_signed_in_next(database: Database, anna: Actor) -> None:
    bert = Actor(ActorKind.ACCOUNT, "bert", id=anna.id)

    with pytest.raises(EditorChanged):
        keep(database, bert, 1, SEG)


def test_a_saved_count_has_its_n_and_its_exact_intervals(database: Database, anna: Actor, sample_id: int) -> None:
    keep(database, anna, 1, SEG)
    before = utc_now()

    assert save(database, anna, *[SEG] * 60, *[LYM] * 40, *[NRBC] * 5, number=" 26-1 ") == sample_id

    with database.unit_of_work() as session:
        [one] = sample_differentials(session, sample_id=sample_id)
        assert current_draft(session, anna) is None
        [entry] = find_entries(session, AuditFilter(action=AuditAction.DIFFERENTIAL_COUNTED)).entries
    assert (one.counted_by, one.n, one.is_typed, one.apart[NRBC]) == ("anna", 100, False, 5)
    assert one.per_100(NRBC) == 5
    share = one.types[SEG]
    assert (share.percent, round(share.low or 0, 1), round(share.high or 0, 1)) == (60, 49.7, 69.7)
    assert one.started_at is not None
    assert one.started_at <= before <= one.saved_at
    assert json.loads(entry.new_values or "")["n"] == 100


def test_a_count_is_saved_once_and_to_one_sample(database: Database, anna: Actor, sample_id: int) -> None:
    with database.unit_of_work() as session:
        create_sample(session, new=NewSample(accession_number="26-2"))
    save(database, anna, SEG)

    assert save(database, anna, SEG) == sample_id
    with pytest.raises(InvalidInput, match="another sample"):
        save(database, anna, SEG, number="26-2")
    with pytest.raises(CounterMoved):  # a tab that still shows it
        keep(database, anna, 5, SEG)

    with database.unit_of_work() as session:
        assert len(sample_differentials(session, sample_id=sample_id)) == 1


def test_what_cannot_be_saved_leaves_the_draft(database: Database, anna: Actor, sample_id: int) -> None:
    keep(database, anna, 1, SEG)

    with pytest.raises(InvalidInput, match="no sample '26-9'"):
        save(database, anna, SEG, number="26-9")
    with pytest.raises(InvalidInput, match="1 to 2000 cells, not 0"):
        save(database, anna)

    with database.unit_of_work() as session:
        assert current_draft(session, anna) is not None
        assert sample_differentials(session, sample_id=sample_id) == ()


def test_a_withdrawn_count_stays_with_who_and_why(database: Database, anna: Actor, sample_id: int) -> None:
    save(database, anna, SEG)
    with database.unit_of_work() as session:
        [one] = sample_differentials(session, sample_id=sample_id)

    def withdraw(reason: str, of_sample: int = sample_id) -> None:
        with database.unit_of_work() as session:
            withdraw_differential(session, sample_id=of_sample, differential_id=one.id, reason=reason, actor=anna)

    with pytest.raises(InvalidInput, match="Say why"):
        withdraw("  ")
    with pytest.raises(ManualDifferentialNotFound):
        withdraw("wrong slide", of_sample=sample_id + 1)
    withdraw("wrong slide")
    with pytest.raises(AlreadyWithdrawn, match="anna"):
        withdraw("again")

    with database.unit_of_work() as session:
        [after] = sample_differentials(session, sample_id=sample_id)
    assert (after.withdrawn_by, after.withdrawal_reason, after.n) == ("anna", "wrong slide", 1)


def test_a_persons_keys_are_kept(database: Database, anna: Actor) -> None:
    with database.unit_of_work() as session:
        before = preference(session, anna)
        chosen = before.model_copy(update={"keys": dict(KEY_PRESETS[2].keys), "target": 200, "has_sound": False})
        keep_preference(session, chosen, anna)
    with database.unit_of_work() as session:
        assert before.keys == dict(KEY_PRESETS[0].keys)
        assert preference(session, anna) == chosen
