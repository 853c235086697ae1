"""Samples are found by patient code, flags and day, whether few or many of them match."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.db.records import FieldImageRecord, SampleRecord
from app.db.repositories import sample_search
from app.db.repositories.sample_search import ALL_SAMPLES, SampleFilter
from app.db.repositories.samples import accession_key
from app.db.session import Database
from app.errors import InvalidInput
from app.schemas.samples import ImageStatus
from app.services.samples.sample_filters import registered_between
from app.services.samples.samples import sample_history

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(params=[500, 1], ids=["few match", "many match"])
def filled(request: pytest.FixtureRequest, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """Five samples, a day apart, searched in the way for few matches and in the way for many."""
    monkeypatch.setattr(sample_search, "_FEW", request.param)
    with database.unit_of_work() as session:
        add(session, "A-1", 0)
        add(session, "A-2", 1, code="P-Ä1", images=[image(warnings=2), image(warnings=1), image()])
        add(session, "B-3", 2, code="p-ä1", images=[image(unidentified=4), image(unidentified=1)])
        add(session, "B-4", 3, images=[image(ImageStatus.REFUSED), image(ImageStatus.FAILED, is_aside=True)])
        add(session, "PX-5", 4, code="A-77", images=[image(ImageStatus.FAILED, is_aside=True), image(warnings=1)])
        yield session


def add(
    session: Session, number: str, day: int, *, code: str | None = None, images: list[FieldImageRecord] | None = None
) -> None:
    sample = SampleRecord(
        accession_number=number,
        accession_key=accession_key(number),
        patient_code=code,
        patient_key=accession_key(code) if code else None,
        created_at=NOON + timedelta(days=day),
    )
    session.add(sample)
    session.flush()
    for index, one in enumerate(images or []):
        one.sample_id, one.sha256 = sample.id, f"{index:064x}"
        session.add(one)
    session.flush()


def image(
    status: ImageStatus = ImageStatus.COUNTED, *, warnings: int = 0, unidentified: int = 0, is_aside: bool = False
) -> FieldImageRecord:
    return FieldImageRecord(
        sample_id=0,
        sha256="",
        storage_key="key",
        file_name="a.png",
        byte_size=1,
        format="PNG",
        width=1,
        height=1,
        priority=1,
        status=status,
        warnings=[{"code": "x", "message": "y"}] * warnings,
        warning_count=warnings,
        unidentified_cells=unidentified,
        set_aside_at=NOON if is_aside else None,
    )


def found(session: Session, query: str = "", wanted: SampleFilter = ALL_SAMPLES) -> list[str]:
    return [one.accession_number for one in sample_history(session, query=query, wanted=wanted).items]


def test_a_part_is_looked_for_in_accession_numbers_and_patient_codes(filled: Session) -> None:
    assert found(filled, "P-ä") == ["B-3", "A-2"]
    assert found(filled, "a-") == ["PX-5", "A-2", "A-1"]
    assert found(filled, "nothing like it") == []


def test_samples_with_warnings(filled: Session) -> None:
    assert found(filled, wanted=registered_between(None, None, has_warnings=True)) == ["PX-5", "A-2"]


def test_samples_that_need_a_person(filled: Session) -> None:
    assert found(filled, wanted=registered_between(None, None, needs_review=True)) == ["B-4", "B-3"]


def test_samples_of_some_days_the_last_one_included(filled: Session) -> None:
    assert found(filled, wanted=registered_between(date(2026, 11, 24), date(2026, 11, 25))) == ["B-3", "A-2"]
    assert found(filled, wanted=registered_between(None, date(2026, 11, 23))) == ["A-1"]
    assert found(filled, wanted=registered_between(date(2026, 11, 26), None)) == ["PX-5", "B-4"]


def test_all_parts_of_a_search_have_to_match(filled: Session) -> None:
    wanted = registered_between(date(2026, 11, 25), None, has_warnings=True)

    assert found(filled, "a-", wanted) == ["PX-5"]


def test_the_list_tells_warnings_and_unidentified_cells_of_all_images(filled: Session) -> None:
    items = {one.accession_number: one for one in sample_history(filled).items}

    assert items["A-2"].warning_count == 3
    assert items["B-3"].unidentified_cells == 5
    assert (items["A-1"].warning_count, items["A-1"].unidentified_cells) == (0, 0)


def test_days_that_are_exchanged_are_refused_in_words() -> None:
    with pytest.raises(InvalidInput, match="exchange them"):
        registered_between(date(2026, 11, 25), date(2026, 11, 24))
