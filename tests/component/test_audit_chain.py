"""The audit trail cannot be changed unseen: the database refuses it, and whoever gets round that is found out."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.audit_chain import START_HASH, entry_hash
from app.db.repositories.audit_events import AuditFilter
from app.db.session import Database
from app.schemas.actors import Actor, ActorKind
from app.schemas.audit import AuditAction
from app.schemas.samples import NewSample
from app.services.accounts.acting import acting_as
from app.services.audit import Verification, find_entries, read_entries, record_event, verify_chain
from app.services.samples.samples import create_sample

THREADS, EACH = 16, 12
_TRIGGERS = {
    "sqlite": (
        *("audit_event_no_update", "audit_event_no_delete", "audit_event_in_order", "audit_event_moves_head"),
        *("audit_head_only_forward", "audit_head_no_delete"),
    )
}


def note(database: Database, number: int) -> None:
    with database.unit_of_work() as session:
        record_event(session, AuditAction.SAMPLE_VIEWED, subject_kind="sample", subject_id=number, new={"n": number})


def verified(database: Database, expected_end: tuple[int, str] | None = None) -> Verification:
    with database.unit_of_work() as session:
        return verify_chain(session, expected_end=expected_end)


def faults(database: Database) -> list[tuple[int, str]]:
    return [(fault.seq, fault.kind) for fault in verified(database).faults]


def tamper(database: Database, *statements: str) -> None:
    """What somebody with the database's password can do: switch the triggers off first."""
    with database.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for name in _TRIGGERS["sqlite"]:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
            connection.execute(text("ALTER TABLE audit_head DISABLE TRIGGER ALL"))
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture
def chain(database: Database) -> Database:
    """A database with six entries."""
    for number in range(1, 7):
        note(database, number)
    return database


def test_entries_say_who_when_from_where_what_and_why(database: Database) -> None:
    actor = Actor(ActorKind.ACCOUNT, "j.meyer", id=4, session_id=9, address="10.0.0.7", request_id="abc12345")
    before = datetime.now(UTC)
    with acting_as(actor), database.unit_of_work() as session:
        record_event(
            session,
            AuditAction.ACCOUNT_CHANGED,
            subject_kind="account",
            subject_id=5,
            old={"role": "admin"},
            new={"role": "technician"},
            reason="left the laboratory",
        )

    with database.unit_of_work() as session:
        (entry,) = find_entries(session, AuditFilter()).entries
    assert (entry.seq, entry.actor_name, entry.actor_id, entry.session_id) == (1, "j.meyer", 4, 9)
    assert (entry.address, entry.request_id, entry.action) == ("10.0.0.7", "abc12345", "account.changed")
    assert (entry.subject_kind, entry.subject_id, entry.reason) == ("account", 5, "left the laboratory")
    assert json.loads(entry.old_values or "") == {"role": "admin"}
    assert json.loads(entry.new_values or "") == {"role": "technician"}
    assert before <= entry.at <= datetime.now(UTC)
    assert entry.prev_hash == START_HASH


def test_an_untouched_chain_is_sound_and_tells_its_end(chain: Database) -> None:
    found = verified(chain)

    assert (found.entries, found.head_seq, found.faults) == (6, 6, ())
    with chain.unit_of_work() as session:
        assert found.head_hash == find_entries(session, AuditFilter()).entries[0].hash


def test_an_empty_chain_is_sound(database: Database) -> None:
    assert (verified(database).entries, verified(database).faults) == (0, ())


REFUSED = {
    "change": "UPDATE audit_event SET actor_name = 'nobody' WHERE seq = 3",
    "delete": "DELETE FROM audit_event WHERE seq = 3",
    "delete all": "DELETE FROM audit_event",
    "insert in between": (
        "INSERT INTO audit_event SELECT 100, at, actor_kind, actor_id, actor_name, actor_role, session_id, address, "
        "request_id, app_version, action, subject_kind, subject_id, old_values, new_values, reason, prev_hash, hash "
        "FROM audit_event WHERE seq = 3"
    ),
    "insert with another's hash": (
        "INSERT INTO audit_event SELECT 7, at, actor_kind, actor_id, actor_name, actor_role, session_id, address, "
        "request_id, app_version, action, subject_kind, subject_id, old_values, new_values, reason, prev_hash, hash "
        "FROM audit_event WHERE seq = 3"
    ),
    "move the end": "UPDATE audit_head SET seq = 3",
    "change the end": "UPDATE audit_head SET hash = 'x'",
    "delete the end": "DELETE FROM audit_head",
    "a second end": "INSERT INTO audit_head VALUES (2, 0, 'x')",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_the_database_itself_refuses_to(chain: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match="audit trail"), chain.engine.begin() as connection:
        connection.execute(text(statement))

    assert verified(chain).entries == 6
    assert faults(chain) == []


@pytest.mark.parametrize("table", ["audit_event", "audit_head"])
def test_postgresql_refuses_to_empty_a_table_too(chain: Database, table: str) -> None:
    if chain.engine.dialect.name == "sqlite":
        with pytest.raises(DBAPIError, match="syntax error"), chain.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {table}"))
        return
    with pytest.raises(DBAPIError, match="append-only"), chain.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {table}"))


_COPY = (
    "INSERT INTO audit_event SELECT {seq}, at, actor_kind, actor_id, 'somebody else', actor_role, session_id, address, "
    "request_id, app_version, action, subject_kind, subject_id, old_values, new_values, reason, prev_hash, hash "
    "FROM audit_event WHERE seq = {source}"
)
TAMPERED: dict[str, tuple[tuple[str, ...], list[tuple[int, str]]]] = {
    "a changed name": (("UPDATE audit_event SET actor_name = 'nobody' WHERE seq = 3",), [(3, "changed")]),
    "a changed time": (("UPDATE audit_event SET at = '2020-01-01 00:00:00+00' WHERE seq = 2",), [(2, "changed")]),
    "a changed value": (("UPDATE audit_event SET new_values = NULL WHERE seq = 6",), [(6, "changed")]),
    "a changed hash": (
        ("UPDATE audit_event SET hash = 'ab' WHERE seq = 4",),
        [(4, "changed"), (5, "changed")],
    ),
    "a removed entry": (("DELETE FROM audit_event WHERE seq = 4",), [(4, "removed")]),
    "two removed entries": (("DELETE FROM audit_event WHERE seq IN (3, 4)",), [(3, "removed")]),
    "the first removed": (("DELETE FROM audit_event WHERE seq = 1",), [(1, "removed")]),
    "the last removed": (("DELETE FROM audit_event WHERE seq = 6",), [(6, "removed")]),
    "everything removed": (("DELETE FROM audit_event",), [(1, "removed")]),
    "one put at the end": ((_COPY.format(seq=7, source=3),), [(7, "changed"), (7, "inserted")]),
    "one put before the first": ((_COPY.format(seq=0, source=3),), [(0, "inserted")]),
    "the end lost": (("DELETE FROM audit_head",), [(6, "removed")]),
    "the end moved": (("UPDATE audit_head SET seq = 4",), [(5, "inserted")]),
    "one replaced by another": (
        ("DELETE FROM audit_event WHERE seq = 4", _COPY.format(seq=4, source=2)),
        [(4, "changed"), (5, "changed")],
    ),
}


@pytest.mark.parametrize(("statements", "expected"), TAMPERED.values(), ids=TAMPERED)
def test_what_was_done_behind_the_triggers_is_found_and_named(
    chain: Database, statements: tuple[str, ...], expected: list[tuple[int, str]]
) -> None:
    tamper(chain, *statements)

    assert faults(chain) == expected


def test_an_entry_written_anew_with_its_own_hash_breaks_the_chain(chain: Database) -> None:
    with chain.unit_of_work() as session:
        row = dict(session.execute(text("SELECT * FROM audit_event WHERE seq = 3")).mappings().one())
        typed = next(entry for entry in read_entries(session, AuditFilter()) if entry.seq == 3)
    forged = entry_hash(row | {"actor_name": "nobody", "at": typed.at})
    tamper(chain, f"UPDATE audit_event SET actor_name = 'nobody', hash = '{forged}' WHERE seq = 3")  # noqa: S608

    assert faults(chain) == [(4, "changed")]


def test_an_end_noted_elsewhere_shows_that_the_whole_chain_was_written_anew(chain: Database) -> None:
    noted = verified(chain)
    note(chain, 7)

    assert verified(chain, (6, noted.head_hash)).faults == ()
    assert [fault.seq for fault in verified(chain, (6, "0" * 64)).faults] == [6]
    assert [fault.seq for fault in verified(chain, (99, noted.head_hash)).faults] == [99]


def test_what_is_rolled_back_leaves_no_entry(database: Database) -> None:
    def fail() -> None:
        with database.unit_of_work() as session:
            create_sample(session, new=NewSample(accession_number="A-1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.unit_of_work() as session:
        create_sample(session, new=NewSample(accession_number="A-2"))

    with database.unit_of_work() as session:
        assert [entry.new_values for entry in find_entries(session, AuditFilter()).entries] == [
            '{"accession_number": "A-2"}'
        ]


def run_together(work: Callable[[int], None]) -> list[BaseException]:
    errors: list[BaseException] = []
    barrier = threading.Barrier(THREADS)

    def run(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - told by the test
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_many_writers_at_once_make_one_chain(database: Database) -> None:
    def work(number: int) -> None:
        for index in range(EACH):
            with database.unit_of_work() as session:
                create_sample(session, new=NewSample(accession_number=f"{number}-{index}"))
                record_event(session, AuditAction.SAMPLE_VIEWED, subject_kind="sample", subject_id=number)

    assert run_together(work) == []

    found = verified(database)
    assert (found.entries, found.faults) == (THREADS * EACH * 2, ())


def test_a_look_at_the_chain_while_others_write_finds_nothing_wrong(database: Database) -> None:
    def work(number: int) -> None:
        for index in range(EACH):
            if number == 0:
                assert verified(database).faults == ()
            else:
                note(database, index)

    assert run_together(work) == []
    assert verified(database).entries == (THREADS - 1) * EACH


@pytest.mark.parametrize("field", ["password", "new_password_hash", "token_sha256", "session_secret"])
def test_a_field_of_secrets_is_refused(database: Database, field: str) -> None:
    with database.unit_of_work() as session, pytest.raises(ValueError, match="no place in the audit trail"):
        record_event(session, AuditAction.ACCOUNT_CHANGED, new={field: "x"})


def test_no_text_from_outside_breaks_a_line_or_the_database(database: Database) -> None:
    actor = Actor(ActorKind.NOBODY, "a\nb\0c", address="1\r\n2")
    with acting_as(actor), database.unit_of_work() as session:
        record_event(session, AuditAction.SIGN_IN_FAILED, new={"name": "x\ny\0\ud800"}, reason="r\n\0")

    with database.unit_of_work() as session:
        (entry,) = find_entries(session, AuditFilter()).entries
    assert (entry.actor_name, entry.address, entry.reason) == ("a\ufffdb\ufffdc", "1\ufffd\ufffd2", "r\ufffd\ufffd")
    assert "\n" not in (entry.new_values or "")
    assert verified(database).faults == ()
