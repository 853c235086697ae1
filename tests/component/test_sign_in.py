"""Signing in: rotation, time-outs, and guesses that get slower and slower while the laboratory works on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from app.access_errors import SignInRefused, TooManyAttempts
from app.db.base import utc_now
from app.db.records import SignInThrottleRecord, UserSessionRecord
from app.db.repositories.audit_events import AuditFilter
from app.db.session import Database
from app.errors import NotFound
from app.schemas.actors import Actor
from app.schemas.tokens import Role
from app.services.accounts import sign_in as sign_in_service
from app.services.accounts import throttling
from app.services.accounts.accounts import create_account, list_accounts
from app.services.accounts.sign_in import SignedIn, Visitor, check_password_again, sign_in
from app.services.accounts.throttling import ACCOUNT, PAIR
from app.services.accounts.user_sessions import end_session, find_actor, open_sessions, revoke_session
from app.services.audit import read_entries
from app.settings import Settings

PASSWORD = "seven drowsy llamas whistle"


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 is tested where passwords are; here hundreds of sign-ins would take minutes."""
    monkeypatch.setattr(sign_in_service, "is_password", lambda password, hashed: bool(hashed) and password == PASSWORD)


@pytest.fixture(autouse=True)
def _time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits end when a test says so, not when a busy machine takes its time."""
    now = utc_now()
    monkeypatch.setattr(throttling, "utc_now", lambda: now)


@pytest.fixture
def maria(database: Database) -> Database:
    """A database with one account."""
    with database.unit_of_work() as session:
        create_account(session, name="maria", role=Role.ADMIN, password=PASSWORD, must_change_password=False)
    return database


def enter(
    database: Database,
    settings: Settings,
    password: str = PASSWORD,
    *,
    name: str = "maria",
    address: str = "10.0.0.1",
    browser_secret: str | None = None,
    former: Actor | None = None,
) -> SignedIn:
    visitor = Visitor(address, "Firefox", browser_secret)
    return sign_in(database.unit_of_work, settings, name=name, password=password, visitor=visitor, former=former)


def fail(database: Database, settings: Settings, times: int, *, name: str = "maria", address: str = "10.0.0.1") -> None:
    """So many failures, each after the wait that the one before brought."""
    for _ in range(times):
        let_waits_pass(database)
        with pytest.raises(SignInRefused):
            enter(database, settings, "wrong", name=name, address=address)


def let_waits_pass(database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(update(SignInThrottleRecord).values(blocked_until=None))


def actor_of(database: Database, settings: Settings, secret: str, *, is_click: bool = True) -> Actor | None:
    with database.unit_of_work() as session:
        return find_actor(session, secret, settings, address="10.0.0.1", is_click=is_click)


def move_session(database: Database, **columns: datetime) -> None:
    with database.unit_of_work() as session:
        session.execute(update(UserSessionRecord).values(**columns))


def test_a_sign_in_opens_a_session_that_the_database_knows_by_its_hash_alone(
    maria: Database, settings: Settings
) -> None:
    signed_in = enter(maria, settings, name=" MARIA ")

    actor = actor_of(maria, settings, signed_in.session_secret)
    assert actor is not None
    assert (actor.name, actor.role, actor.session_id) == ("maria", Role.ADMIN, signed_in.actor.session_id)
    assert len(signed_in.session_secret) >= 43  # 256 bits
    with maria.engine.connect() as connection:
        rows = str(connection.execute(text("SELECT * FROM user_session")).all())
        rows += str(connection.execute(text("SELECT * FROM known_browser")).all())
        rows += str(connection.execute(text("SELECT * FROM audit_event")).all())
    assert signed_in.session_secret not in rows
    assert signed_in.browser_secret not in rows


@pytest.mark.parametrize("secret", ["", "guess", "\ud800", "x" * 100_000])
def test_a_guessed_session_is_nobodys(maria: Database, settings: Settings, secret: str) -> None:
    enter(maria, settings)

    assert actor_of(maria, settings, secret) is None


def test_every_sign_in_is_a_new_session_and_ends_the_browsers_former_one(maria: Database, settings: Settings) -> None:
    first = enter(maria, settings)
    second = enter(maria, settings, former=first.actor)

    assert first.session_secret != second.session_secret
    assert actor_of(maria, settings, first.session_secret) is None
    assert actor_of(maria, settings, second.session_secret) is not None


def test_a_session_ends_after_idle_minutes_and_a_click_keeps_it(maria: Database, settings: Settings) -> None:
    secret = enter(maria, settings).session_secret
    almost = timedelta(minutes=settings.session_idle_minutes) - timedelta(seconds=20)

    move_session(maria, seen_at=utc_now() - almost)
    assert actor_of(maria, settings, secret, is_click=False) is not None
    with maria.unit_of_work() as session:
        assert session.scalars(select(UserSessionRecord.seen_at)).one() < utc_now() - timedelta(minutes=1)
    assert actor_of(maria, settings, secret) is not None
    with maria.unit_of_work() as session:
        assert session.scalars(select(UserSessionRecord.seen_at)).one() > utc_now() - timedelta(minutes=1)

    move_session(maria, seen_at=utc_now() - timedelta(minutes=settings.session_idle_minutes))
    assert actor_of(maria, settings, secret) is None


def test_a_session_ends_in_any_case_after_its_hours(maria: Database, settings: Settings) -> None:
    secret = enter(maria, settings).session_secret
    with maria.unit_of_work() as session:
        expires_at = session.scalars(select(UserSessionRecord.expires_at)).one()
    lasts = expires_at - utc_now()
    assert timedelta(hours=11.9) < lasts <= timedelta(hours=settings.session_absolute_hours)

    move_session(maria, expires_at=utc_now())

    assert actor_of(maria, settings, secret) is None


def test_sessions_are_listed_ended_and_only_ones_own(maria: Database, settings: Settings) -> None:
    here, there = enter(maria, settings), enter(maria, settings, address="10.0.0.2")
    with maria.unit_of_work() as session:
        listed = open_sessions(session, settings, own_id=here.actor.session_id, account_id=here.actor.id)
    assert [(one.address, one.is_own) for one in listed] == [("10.0.0.2", False), ("10.0.0.1", True)]

    with maria.unit_of_work() as session, pytest.raises(NotFound):
        revoke_session(session, there.actor.session_id or 0, account_id=99)
    with maria.unit_of_work() as session:
        revoke_session(session, there.actor.session_id or 0, account_id=here.actor.id)
    assert actor_of(maria, settings, there.session_secret) is None
    with maria.unit_of_work() as session:
        end_session(session, here.actor)
        assert open_sessions(session, settings, own_id=None) == []
    assert actor_of(maria, settings, here.session_secret) is None


def test_a_wrong_password_and_an_unknown_name_are_refused_in_the_same_words(
    maria: Database, settings: Settings
) -> None:
    messages = set()
    for name, password in (("maria", "wrong"), ("nobody", PASSWORD), ("", ""), ("\0\ud800", "\ud800")):
        with pytest.raises(SignInRefused) as refused:
            enter(maria, settings, password, name=name)
        messages.add(refused.value.message)

    assert len(messages) == 1


def test_guesses_at_one_account_wait_longer_and_longer(maria: Database, settings: Settings) -> None:
    fail(maria, settings, PAIR.free_failures)
    waits = []
    for _ in range(4):
        with pytest.raises(TooManyAttempts) as blocked:
            enter(maria, settings)
        waits.append(blocked.value.wait_s)
        fail(maria, settings, 1)

    assert waits == [1, 2, 4, 8]
    fail(maria, settings, 20)
    with pytest.raises(TooManyAttempts) as blocked:
        enter(maria, settings)
    assert 890 < blocked.value.wait_s <= PAIR.longest_wait_s
    assert "Wait 15 minutes" in blocked.value.message


def test_a_blocked_address_does_not_block_the_account_elsewhere(maria: Database, settings: Settings) -> None:
    fail(maria, settings, PAIR.free_failures + 3)
    with pytest.raises(TooManyAttempts):
        enter(maria, settings)

    assert enter(maria, settings, address="10.0.0.2").actor.name == "maria"


def test_a_flood_from_everywhere_slows_a_new_browser_by_half_a_minute_and_a_known_one_not_at_all(
    maria: Database, settings: Settings
) -> None:
    known = enter(maria, settings).browser_secret
    for number in range(ACCOUNT.free_failures + 40):
        fail(maria, settings, 1, address=f"192.0.2.{number}")

    with pytest.raises(TooManyAttempts) as blocked:
        enter(maria, settings, address="10.0.0.9")
    assert blocked.value.wait_s <= 30
    assert enter(maria, settings, address="10.0.0.9", browser_secret=known).actor.name == "maria"


def test_a_stolen_browser_gets_no_endless_guesses_either(maria: Database, settings: Settings) -> None:
    known = enter(maria, settings).browser_secret
    for _ in range(10):
        with pytest.raises(SignInRefused):
            enter(maria, settings, "wrong", browser_secret=known)

    with pytest.raises(TooManyAttempts):
        enter(maria, settings, browser_secret=known)


def test_a_right_password_forgets_the_failures(maria: Database, settings: Settings) -> None:
    for _ in range(3):
        fail(maria, settings, PAIR.free_failures - 1)
        enter(maria, settings)

    assert enter(maria, settings).actor.name == "maria"


def test_forty_guesses_at_the_same_moment_count_as_forty(maria: Database, settings: Settings) -> None:
    def guess(_: int) -> str:
        try:
            enter(maria, settings, "wrong")
        except (SignInRefused, TooManyAttempts) as error:
            return error.code
        return "signed in"

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(guess, range(40)))

    assert (outcomes.count("sign_in_refused"), outcomes.count("too_many_attempts")) == (5, 35)


def test_signing_in_failing_and_being_blocked_are_in_the_audit_trail_without_a_password(
    maria: Database, settings: Settings
) -> None:
    enter(maria, settings)
    fail(maria, settings, PAIR.free_failures)
    with pytest.raises(TooManyAttempts):
        enter(maria, settings, "wrong")

    with maria.unit_of_work() as session:
        entries = list(read_entries(session, AuditFilter()))
    actions = [entry.action for entry in entries]
    assert actions == ["account.created", "sign_in.succeeded"] + ["sign_in.failed"] * 5 + ["sign_in.blocked"]
    assert entries[1].actor_name == "maria"
    assert "wrong" not in str(entries)


def test_a_password_is_asked_for_again_before_what_matters(maria: Database, settings: Settings) -> None:
    actor = enter(maria, settings).actor
    visitor = Visitor("10.0.0.1", None, None)

    check_password_again(maria.unit_of_work, actor, PASSWORD, visitor)
    for _ in range(PAIR.free_failures):
        with pytest.raises(SignInRefused):
            check_password_again(maria.unit_of_work, actor, "wrong", visitor)
    with pytest.raises(TooManyAttempts):
        check_password_again(maria.unit_of_work, actor, PASSWORD, visitor)

    with maria.unit_of_work() as session:
        assert [account.name for account in list_accounts(session)] == ["maria"]
