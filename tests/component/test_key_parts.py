"""SQLite's index of parts of keys tells what the rows tell, follows every change, and forgets what was erased."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.db.records import SampleRecord
from app.db.repositories.key_parts import find_some, forget_erased_parts, has_part
from app.db.session import Database
from tests.component.erasure import index_content

KEYS = [
    ("s-2026-0001", "ä-10%"),
    ("s-2026-0002", None),
    ('x"y"z or', "a_b"),
    ("aaaa", "s-2026"),
    ("axb", "near and not*"),
    ("日本語123", "ß-9"),
]
PARTS = ["2026", "-00", "0%", "10%", "_", "a_b", '"', '"y"', "or", "z or", "aaa", "日本語", "本", "and not*", "ß-9"]


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.unit_of_work() as session:
        session.add_all(
            SampleRecord(accession_number=key, accession_key=key, patient_code=code, patient_key=code)
            for key, code in KEYS
        )
        session.flush()
        yield session


def told_by_rows(session: Session, part: str) -> set[int]:
    rows = session.execute(select(SampleRecord.id, SampleRecord.accession_key, SampleRecord.patient_key))
    return {number for number, key, code in rows if part in key or part in (code or "")}


@pytest.mark.parametrize("part", PARTS)
def test_any_part_is_found_as_the_rows_have_it(session: Session, part: str) -> None:
    expected = told_by_rows(session, part)

    assert find_some(session, part, limit=100) == expected
    assert set(session.scalars(select(SampleRecord.id).where(has_part(part)))) == expected


def test_a_part_that_no_key_can_have_is_not_found(session: Session) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes no text with the character 0 at all")
    assert find_some(session, "aaa\x00a", limit=9) == set()


def test_no_more_is_looked_for_than_asked(session: Session) -> None:
    assert len(find_some(session, "2026", limit=2)) == 2


def test_a_changed_key_is_found_by_its_new_parts_alone(session: Session) -> None:
    sample = session.scalars(select(SampleRecord).where(SampleRecord.accession_key == "aaaa")).one()
    sample.patient_key = "renamed"
    session.flush()

    assert find_some(session, "renamed", limit=9) == {sample.id}
    assert sample.id not in find_some(session, "s-2026", limit=9)


def test_without_the_index_all_keys_are_read(session: Session) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("the index of its own exists in SQLite alone")
    for trigger in ("entered", "changed", "erased"):
        session.execute(text(f"DROP TRIGGER sample_key_parts_{trigger}"))
    session.execute(text("DROP TABLE sample_key_parts"))

    assert find_some(session, "2026", limit=100) == told_by_rows(session, "2026")
    forget_erased_parts(session)


def test_an_erased_key_leaves_nothing_in_the_index(session: Session) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("the index of its own exists in SQLite alone")
    sample = SampleRecord(accession_number="A", accession_key="a", patient_code="ZQXJ", patient_key="zqxj")
    session.add(sample)
    session.flush()
    assert b"zqx" in index_content(session)

    session.delete(sample)
    forget_erased_parts(session)

    assert b"zqx" not in index_content(session)
    assert find_some(session, "zqxj", limit=9) == set()
    assert find_some(session, "2026", limit=9) == told_by_rows(session, "2026")
