"""The laboratory's golden fields at a start: as before, as confirmed, and what is left out is said."""

import json

import pytest
from sqlalchemy import select

from app.db.base import utc_now
from app.db.records import ExecutorHeartbeatRecord, QcResultRecord
from app.schemas.golden_checks import GoldenCheck, LaboratoryComparison
from app.services.figures.statistics import installation_figures
from app.services.privacy.erasing import erase_photograph, erase_sample
from app.services.quality.check_records import CheckOrigin
from app.services.quality.golden_checks import accept_check, failing_checks, newest_checks
from app.services.quality.golden_fields import mark_golden, withdraw_golden
from app.services.quality.laboratory_checks import (
    MOST_FIELDS,
    due_fields,
    keep_laboratory_check,
    newest_laboratory_checks,
)
from model.types import WeightsIdentity
from tests.component.golden_bench import CHECKED_WEIGHTS, check_laboratory, golden_field
from tests.component.reviewing import Person
from tests.component.upload_desk import UploadDesk


def checked(desk: UploadDesk, red_cells: int | None = 12, **values: object) -> GoldenCheck:
    check = check_laboratory(desk, red_cells, **values)  # type: ignore[arg-type]
    assert check is not None
    return check


def went_over(check: GoldenCheck) -> LaboratoryComparison:
    assert check.laboratory is not None
    return check.laboratory


def accept(desk: UploadDesk, check: GoldenCheck) -> None:
    with desk.database.unit_of_work() as session:
        accept_check(session, check_id=check.id, reason="OpenVINO was updated")


def test_without_golden_fields_there_is_no_check(desk: UploadDesk) -> None:
    assert check_laboratory(desk) is None
    with desk.database.unit_of_work() as session:
        assert newest_laboratory_checks(session) == []


def test_the_first_count_is_the_measure_until_somebody_accepts_another(desk: UploadDesk) -> None:
    image_id = golden_field(desk)

    first = checked(desk)
    same = checked(desk, executor="two")
    other, still_other = checked(desk, 11), checked(desk, 11)
    accept(desk, still_other)
    after, back = checked(desk, 11), checked(desk, 12)

    assert (first.outcome, went_over(first).first, went_over(first).previous_at) == ("recorded", 1, None)
    assert (same.outcome, went_over(same).first, went_over(same).previous_at) == ("passed", 0, first.made_at)
    assert other.differences == (
        f"Image {image_id}: RBC 12 recorded, 11 now",
        f"Image {image_id}: 12 cells listed in the record, 11 now",
    )
    assert still_other.differences == other.differences  # a restart does not make it right
    assert [after.outcome, back.outcome] == ["passed", "failed"]


def test_other_weights_and_another_engine_have_measures_of_their_own(desk: UploadDesk) -> None:
    golden_field(desk)
    checked(desk)

    assert checked(desk, 11, weights=WeightsIdentity("release", "2", "ef" * 32)).outcome == "recorded"
    assert checked(desk, 11, engine="cuda (torch)").outcome == "recorded"
    assert checked(desk).outcome == "passed"


def test_another_scale_is_another_count(desk: UploadDesk) -> None:
    golden_field(desk)
    checked(desk)

    rescaled = checked(desk, 11, um_per_px=0.1)

    assert (rescaled.outcome, went_over(rescaled).first) == ("recorded", 1)
    assert checked(desk, 12, um_per_px=0.1).outcome == "failed"


def test_each_class_is_set_beside_what_was_confirmed(desk: UploadDesk) -> None:
    golden_field(desk)

    red, white, platelet = went_over(checked(desk, 9)).agreement

    assert (red.confirmed, red.counted, red.matched) == (12, 9, 9)
    assert red.percent == pytest.approx(100 * 18 / 21)
    assert (white.percent, platelet.percent) == (None, None)


def test_too_little_agreement_fails_at_the_first_count_already(desk: UploadDesk) -> None:
    golden_field(desk)

    poor = checked(desk, 6)
    accept(desk, poor)
    accepted, poorer = checked(desk, 6), checked(desk, 5)

    [words] = poor.differences
    assert words == (
        "RBC: 66.7 % agreement with what was confirmed here, at least 80.0 % expected "
        "(12 confirmed, 6 counted, 6 of them the same cells)"
    )
    assert accepted.outcome == "passed"
    assert any("at least 66.7 % expected" in words for words in poorer.differences)


def test_few_confirmed_cells_give_no_verdict(desk: UploadDesk) -> None:
    image_id = golden_field(desk)
    Person(desk.database, image_id).send(
        *(Person(desk.database, image_id).edit("delete", f"n{place}") for place in range(3, 12))
    )
    with desk.database.unit_of_work() as session:
        mark_golden(session, image_id=image_id)

    few = checked(desk, 1)

    assert (few.outcome, went_over(few).agreement[0].confirmed) == ("recorded", 3)


def test_a_refused_field_fails_until_somebody_accepts_that(desk: UploadDesk) -> None:
    image_id = golden_field(desk)

    refused, again = checked(desk, None), checked(desk, None)
    accept(desk, again)

    words = f"Image {image_id}: refused, although a person here confirmed its cells"
    assert [check.differences[0] for check in (refused, again)] == [words, words]
    assert checked(desk, None).outcome == "passed"
    assert checked(desk, 12).differences == (f"Image {image_id}: refused before, counted now",)


def test_a_field_counted_before_and_refused_now_differs(desk: UploadDesk) -> None:
    image_id = golden_field(desk)
    checked(desk)

    assert checked(desk, None).differences[0] == f"Image {image_id}: counted before, refused now"


def test_the_newest_fields_are_counted_up_to_a_bound_that_is_told(desk: UploadDesk) -> None:
    images = [golden_field(desk, seed) for seed in range(MOST_FIELDS + 2)]

    made = went_over(checked(desk))

    assert made.images == tuple(reversed(images[2:]))
    assert (made.marked, made.most) == (MOST_FIELDS + 2, MOST_FIELDS)


def test_erased_photographs_are_skipped_and_told(desk: UploadDesk) -> None:
    erased, kept = golden_field(desk, 1), golden_field(desk, 2)
    checked(desk)
    with desk.database.unit_of_work() as session:
        erase_photograph(session, desk.store, image_id=erased, reason="asked for")

    after = checked(desk)

    assert (went_over(after).images, went_over(after).erased, after.outcome) == ((kept,), 1, "passed")


def test_a_photograph_erased_while_it_was_counted_leaves_nothing_behind(desk: UploadDesk) -> None:
    image_id = golden_field(desk)
    other = golden_field(desk, 1)
    with desk.database.unit_of_work() as session:
        due = due_fields(session)
        erase_photograph(session, desk.store, image_id=image_id, reason="asked for")
    with desk.database.unit_of_work() as session:
        check = keep_laboratory_check(
            session, CheckOrigin(CHECKED_WEIGHTS, "cpu", "one"), found=[], missing=[one.image_id for one in due]
        )

    assert check is not None
    assert went_over(check).missing == (other,)


def test_what_the_store_has_lost_is_told_and_keeps_its_measure(desk: UploadDesk) -> None:
    lost, kept = golden_field(desk, 1), golden_field(desk, 2)
    checked(desk)

    without = checked(desk, missing=(lost,))
    found_again = checked(desk, 11)

    assert (went_over(without).missing, went_over(without).images, without.outcome) == ((lost,), (kept,), "passed")
    assert {f"Image {lost}: RBC 12 recorded, 11 now", f"Image {kept}: RBC 12 recorded, 11 now"} <= set(
        found_again.differences
    )


def test_a_warning_ends_with_the_last_golden_field(desk: UploadDesk) -> None:
    with desk.database.unit_of_work() as session:
        session.add(ExecutorHeartbeatRecord(executor_id="one", started_at=utc_now(), beat_at=utc_now()))
    image_id = golden_field(desk)
    checked(desk, 6)

    def failing() -> list[tuple[str, str]]:
        with desk.database.unit_of_work() as session:
            return [(check.executor_id, check.kind) for check in failing_checks(session)]

    assert failing() == [("one", "laboratory_fields")]
    with desk.database.unit_of_work() as session:
        assert installation_figures(session).golden_checks_failed == 1
        assert newest_checks(session) == []  # they are no drawn fields
        withdraw_golden(session, image_id=image_id)
    assert (went_over(checked(desk)).images, failing()) == ((), [])


def test_what_is_kept_of_a_check_names_no_file_and_no_sample(desk: UploadDesk) -> None:
    golden_field(desk)
    checked(desk)
    with desk.database.unit_of_work() as session:
        erase_sample(session, desk.store, sample_id=desk.sample_id, reason="asked for")

    with desk.database.unit_of_work() as session:
        [record] = session.scalars(select(QcResultRecord))
        kept = json.dumps(record.details)
    assert ".png" not in kept
    assert "24-0012" not in kept
    assert went_over(checked(desk)).images == ()


def test_of_very_many_differences_it_is_told_how_many_more_there_are(desk: UploadDesk) -> None:
    for seed in range(MOST_FIELDS):
        golden_field(desk, seed)
    checked(desk)

    differences = checked(desk, 5).differences

    assert len(differences) == 40
    assert differences[-1] == "and 2 more"
