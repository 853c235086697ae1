"""The history shows every sample once, newest first, page by page, whatever is added meanwhile."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.db.migrating import upgrade_schema
from app.db.records import SampleRecord
from app.db.repositories.samples import accession_key
from app.db.session import Database, create_database
from app.errors import InvalidInput
from app.schemas.samples import SampleSummary
from app.services.cursors import decode_cursor, encode_cursor
from app.services.samples.samples import sample_history
from app.settings import Settings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def add(session: Session, *samples: tuple[str, int]) -> None:
    for accession_number, seconds in samples:
        created_at = NOON + timedelta(seconds=seconds)
        session.add(
            SampleRecord(
                accession_number=accession_number,
                accession_key=accession_key(accession_number),
                created_at=created_at,
            )
        )
    session.flush()


def pages(session: Session, *, query: str | None = None, limit: int) -> Iterator[tuple[SampleSummary, ...]]:
    after = None
    while True:
        page = sample_history(session, query=query, after=after, limit=limit)
        yield page.items
        if page.next_cursor is None:
            return
        after = page.next_cursor


@pytest.fixture(scope="module")
def lasting_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("history")
    database = create_database(Settings(data_dir=folder, database_url=f"sqlite:///{folder}/history.db"))
    upgrade_schema(database)
    yield database
    database.dispose()


@given(seconds=st.lists(st.integers(0, 5), max_size=25), limit=st.integers(1, 30))
def test_the_pages_together_are_all_samples_newest_first(
    lasting_database: Database, seconds: list[int], limit: int
) -> None:
    with lasting_database.unit_of_work() as session:
        session.execute(delete(SampleRecord))
        add(session, *((f"n{number}", second) for number, second in enumerate(seconds)))

        found = [sample for page in pages(session, limit=limit) for sample in page]

        assert sorted(found, key=lambda sample: (sample.created_at, sample.id), reverse=True) == found
        assert {f"n{number}" for number in range(len(seconds))} == {sample.accession_number for sample in found}
        assert len(seconds) == len(found)


@given(before=st.integers(1, 12), limit=st.integers(1, 5), added=st.integers(0, 6))
def test_samples_added_while_somebody_pages_neither_repeat_nor_hide_any(
    lasting_database: Database, before: int, limit: int, added: int
) -> None:
    with lasting_database.unit_of_work() as session:
        session.execute(delete(SampleRecord))
        add(session, *((f"old{number}", number) for number in range(before)))
        walk = pages(session, limit=limit)
        found = list(next(walk))

        add(session, *((f"new{number}", 1000 + number) for number in range(added)))
        found += [sample for page in walk for sample in page]

        assert [f"old{number}" for number in reversed(range(before))] == [sample.accession_number for sample in found]


@given(moment=st.datetimes(timezones=st.just(UTC)), row_id=st.integers(1, 2**63 - 1))
def test_a_cursor_is_read_back_exactly(moment: datetime, row_id: int) -> None:
    assert decode_cursor(encode_cursor(moment, row_id)) == (moment, row_id)


@given(cursor=st.text(max_size=40))
def test_a_cursor_that_no_page_gave_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="start again from the first page"):
        decode_cursor(cursor)


@pytest.mark.parametrize(
    "cursor", ["WzEsMV0=", "WzEsIDFd ", "W10", "WzEsIC0xXQ", "WzEsIHRydWVd", "WzEsIDEuNV0", "WzFlOTk5LCAxXQ", "bnVsbA"]
)
def test_a_cursor_that_was_tampered_with_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        decode_cursor(cursor)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("24-00", {"24-0012", "24-0013"}),
        ("0013", {"24-0013"}),
        ("b7", {"B7", "ab70"}),
        ("B7", {"B7", "ab70"}),
        ("  b7 ", {"B7", "ab70"}),
        ("100%", {"100%"}),
        ("%", {"100%"}),
        ("_", {"a_b"}),
        ("\\", {"back\\slash"}),
        ("straße", {"STRASSE 1"}),
        ("24-\x000012", {"24-0012"}),
        ("nothing like it", set()),
    ],
)
def test_searching_by_part_of_the_accession_number(database: Database, query: str, expected: set[str]) -> None:
    numbers = ["24-0012", "24-0013", "B7", "ab70", "100%", "a_b", "back\\slash", "STRASSE 1"]
    with database.unit_of_work() as session:
        add(session, *((number, second) for second, number in enumerate(numbers)))

        found = sample_history(session, query=query).items

    assert expected == {sample.accession_number for sample in found}


@pytest.mark.parametrize("query", [None, "", "   ", "\0"])
def test_a_blank_search_shows_everything(database: Database, query: str | None) -> None:
    with database.unit_of_work() as session:
        add(session, ("a", 1), ("b", 2))

        assert [sample.accession_number for sample in sample_history(session, query=query).items] == ["b", "a"]


def test_the_pages_keep_to_the_search(database: Database) -> None:
    with database.unit_of_work() as session:
        add(session, *((f"x{number}" if number % 2 else f"y{number}", number) for number in range(10)))

        found = [[sample.accession_number for sample in page] for page in pages(session, query="X", limit=2)]

    assert found == [["x9", "x7"], ["x5", "x3"], ["x1"]]


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_size_out_of_range_is_refused(database: Database, limit: int) -> None:
    with database.unit_of_work() as session, pytest.raises(InvalidInput, match="1 to 200"):
        sample_history(session, limit=limit)
