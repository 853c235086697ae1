"""Samples are registered once per accession number, and stand where their images stand."""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import pytest
from pydantic import ValidationError

from app.db.records import AnalysisRecord, FieldImageRecord
from app.db.session import Database
from app.errors import AccessionNumberTaken, SampleNotFound
from app.schemas.counts import ClassCounts
from app.schemas.samples import ImageStatus, NewSample, SampleStatus
from app.services.samples.samples import create_sample, sample_detail, sample_history, sample_status

Q, C, D, R, F, X = ImageStatus  # queued, counting, counted, refused, failed, cancelled

Counts = tuple[int, int, int, int | None]
"""RBC, WBC, PLT and NRBC, the last None where the weights cannot tell such cells apart."""


def register(database: Database, accession_number: str = "24-0012") -> int:
    with database.unit_of_work() as session:
        return create_sample(session, new=NewSample(accession_number=accession_number)).id


def add_image(database: Database, sample_id: int, status: ImageStatus, counts: Counts | None = None) -> int:
    with database.unit_of_work() as session:
        number = len(sample_detail(session, sample_id=sample_id).images)
        image = FieldImageRecord(
            sample_id=sample_id,
            sha256=f"{number:064x}",
            storage_key=f"key-{number}",
            file_name=f"field-{number}.png",
            byte_size=1000,
            format="PNG",
            width=640,
            height=480,
            priority=1,
            status=status,
        )
        session.add(image)
        session.flush()
        if counts is not None:
            session.add(analysis_of(image.id, counts))
        return image.id


def analysis_of(image_id: int, counts: Counts, sha256: str = "0") -> AnalysisRecord:
    rbc, wbc, plt, nrbc = counts
    return AnalysisRecord(
        image_id=image_id,
        weights_name="w",
        weights_version="1",
        weights_sha256=sha256,
        thresholds=None,
        status="counted",
        rbc=rbc,
        wbc=wbc,
        plt=plt,
        nrbc=nrbc,
        timings_ms={},
        result_json="{}",
    )


def test_a_new_sample_is_empty(database: Database) -> None:
    with database.unit_of_work() as session:
        created = create_sample(session, new=NewSample(accession_number="  24-0012 ", note=" thick film\r\n "))

    assert created.accession_number == "24-0012"
    assert created.note == "thick film"
    assert created.status is SampleStatus.EMPTY
    assert created.counts is None
    assert created.images_total == 0
    assert created.created_at.utcoffset() is not None


@pytest.mark.parametrize("again", ["24-a0012", "24-A0012", " 24-a0012 ", "２４-A0012"])
def test_an_accession_number_exists_once_in_whatever_spelling(database: Database, again: str) -> None:
    register(database, "24-A0012")

    with pytest.raises(AccessionNumberTaken, match="exists already"):
        register(database, again)


def test_one_of_two_simultaneous_registrations_wins(database: Database) -> None:
    def try_to_register(_: int) -> bool:
        try:
            register(database, "same")
        except AccessionNumberTaken:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(try_to_register, range(8))) == 1


@pytest.mark.parametrize("number", ["", "   ", "x" * 65, "a\0b", "a\nb", "a\u202eb", "\ud800", "a\u200bb"])
def test_an_unusable_accession_number_is_refused(number: str) -> None:
    with pytest.raises(ValidationError, match=r"accession number|unicode"):
        NewSample(accession_number=number)


@pytest.mark.parametrize("number", ["x" * 64, "24-0012/A", "Ångström 7", "血液-1", "🩸1"])
def test_a_printable_accession_number_is_kept_as_typed(database: Database, number: str) -> None:
    sample_id = register(database, number)

    with database.unit_of_work() as session:
        assert sample_detail(session, sample_id=sample_id).accession_number == number


def test_a_note_with_control_characters_is_refused() -> None:
    with pytest.raises(ValidationError, match="note holds characters"):
        NewSample(accession_number="1", note="a\0b")


@pytest.mark.parametrize("sample_id", [1, 0, -1, 2**63, 10**30])
def test_a_sample_that_does_not_exist(database: Database, sample_id: int) -> None:
    with database.unit_of_work() as session, pytest.raises(SampleNotFound):
        sample_detail(session, sample_id=sample_id)


def test_the_detail_pools_the_counts_of_its_counted_images(database: Database) -> None:
    sample_id = register(database)
    add_image(database, sample_id, D, (10, 1, 3, 0))
    add_image(database, sample_id, Q)
    add_image(database, sample_id, D, (5, 0, 2, 1))

    with database.unit_of_work() as session:
        detail = sample_detail(session, sample_id=sample_id)
        listed = sample_history(session).items[0]

    assert detail.counts == ClassCounts(RBC=15, WBC=1, PLT=5, NRBC=1)
    assert [image.file_name for image in detail.images] == ["field-0.png", "field-1.png", "field-2.png"]
    assert detail.images[1].counts is None
    assert detail.images[0].counts == ClassCounts(RBC=10, WBC=1, PLT=3, NRBC=0)
    assert detail.images_by_status[D] == 2
    assert listed.counts == detail.counts
    assert listed.images_by_status == detail.images_by_status


@pytest.mark.parametrize(("nucleated", "expected"), [((None, None), None), ((None, 1), None), ((0, 1), 1)])
def test_nucleated_red_cells_are_shown_only_where_every_image_was_counted_by_weights_that_know_them(
    database: Database, nucleated: tuple[int | None, int | None], expected: int | None
) -> None:
    sample_id = register(database)
    for nrbc in nucleated:
        add_image(database, sample_id, D, (10, 1, 3, nrbc))

    with database.unit_of_work() as session:
        detail, listed = sample_detail(session, sample_id=sample_id), sample_history(session).items[0]

    assert detail.counts is not None
    assert listed.counts is not None
    assert [image.counts.shown("NRBC") for image in detail.images if image.counts] == list(nucleated)
    assert detail.counts.shown("NRBC") == listed.counts.shown("NRBC") == expected
    published = detail.model_dump(mode="json")
    assert published["unavailable"] == ([] if expected is not None else ["NRBC"])
    assert [image["unavailable"] for image in published["images"]] == [
        [] if n is not None else ["NRBC"] for n in nucleated
    ]
    assert detail.counts.shown("RBC") == listed.counts.shown("RBC") == 20


def test_only_the_newest_analysis_of_an_image_counts(database: Database) -> None:
    sample_id = register(database)
    image_id = add_image(database, sample_id, D, (10, 1, 3, 0))
    with database.unit_of_work() as session:
        session.add(analysis_of(image_id, (12, 2, 4, 0), sha256="1"))

    with database.unit_of_work() as session:
        assert sample_detail(session, sample_id=sample_id).counts == ClassCounts(RBC=12, WBC=2, PLT=4, NRBC=0)
        assert sample_history(session).items[0].counts == ClassCounts(RBC=12, WBC=2, PLT=4, NRBC=0)


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        ((), SampleStatus.EMPTY),
        ((Q, Q), SampleStatus.QUEUED),
        ((C,), SampleStatus.COUNTING),
        ((Q, D), SampleStatus.COUNTING),
        ((Q, F), SampleStatus.COUNTING),
        ((D, D), SampleStatus.READY),
        ((D, R), SampleStatus.ATTENTION),
        ((F,), SampleStatus.ATTENTION),
    ],
)
def test_where_a_sample_stands(images: tuple[ImageStatus, ...], expected: SampleStatus) -> None:
    assert sample_status({status: images.count(status) for status in ImageStatus}) is expected


def test_the_history_finds_by_status_exactly_the_samples_that_stand_there(database: Database) -> None:
    """The database's conditions and ``sample_status`` are two tellings of one rule: compared over all combinations."""
    for length in range(len(ImageStatus) + 1):
        for number, statuses in enumerate(combinations(ImageStatus, length)):
            sample_id = register(database, f"{length}-{number}")
            for status in statuses:
                add_image(database, sample_id, status, (1, 1, 1, 1) if status is D else None)

    with database.unit_of_work() as session:
        everything = sample_history(session, limit=200).items
        assert len(everything) == 2 ** len(ImageStatus)
        for standing in SampleStatus:
            found = sample_history(session, status=standing, limit=200).items
            assert [item.id for item in everything if item.status is standing] == [item.id for item in found]
