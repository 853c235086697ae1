"""Golden fields: the first count is recorded, a later one has to be the same, and a person may accept a new measure."""

import pytest

from app.db.base import utc_now
from app.db.records import ExecutorHeartbeatRecord
from app.db.repositories.audit_events import AuditFilter
from app.db.session import Database
from app.errors import InvalidInput
from app.schemas.audit import AuditAction
from app.schemas.golden_checks import FieldNumbers, GoldenCheck
from app.services.audit import find_entries
from app.services.quality.golden_checks import accept_check, failing_checks, keep_check, newest_checks
from app.services.quality.look_back_errors import GoldenCheckNotFound
from model.types import WeightsIdentity

WEIGHTS = WeightsIdentity("release", "1", "ab" * 32)
ENGINE = "cpu (openvino)"


def numbers(red_cells: int, *, cells: int = 30) -> FieldNumbers:
    return FieldNumbers(counts={"RBC": red_cells, "WBC": 2}, differential={"neutrophil": 2}, morphology={}, cells=cells)


def check(
    database: Database,
    red_cells: int,
    *,
    engine: str = ENGINE,
    field_set: str = "set-1",
    executor: str = "one",
) -> GoldenCheck:
    with database.unit_of_work() as session:
        return keep_check(
            session,
            weights=WEIGHTS,
            engine=engine,
            executor_id=executor,
            field_set=field_set,
            found={"usual": numbers(red_cells)},
        )


def failing(database: Database) -> list[str]:
    with database.unit_of_work() as session:
        return [one.executor_id for one in failing_checks(session)]


@pytest.fixture
def living(database: Database) -> Database:
    """Two counting processes that are alive."""
    with database.unit_of_work() as session:
        session.add_all(
            ExecutorHeartbeatRecord(executor_id=name, started_at=utc_now(), beat_at=utc_now())
            for name in ("one", "two")
        )
    return database


def test_the_same_numbers_pass_and_others_fail_until_they_are_right_again(living: Database) -> None:
    assert check(living, 25).outcome == "recorded"
    assert check(living, 25, executor="two").outcome == "passed"
    differing = check(living, 24, executor="two")

    assert (differing.outcome, differing.differences) == ("failed", ("usual: RBC 25 recorded, 24 now",))
    assert failing(living) == ["two"]
    with living.unit_of_work() as session:
        assert len(find_entries(session, AuditFilter(action=AuditAction.GOLDEN_CHECK_FAILED)).entries) == 1
    check(living, 25, executor="two")
    assert failing(living) == []


def test_another_engine_and_another_set_of_fields_are_recorded_by_themselves(living: Database) -> None:
    check(living, 25)

    assert check(living, 24, engine="cuda (torch)").outcome == "recorded"
    assert check(living, 20, field_set="set-2").outcome == "recorded"
    assert check(living, 25).outcome == "passed"


def test_a_field_that_could_not_be_counted_is_a_difference(living: Database) -> None:
    check(living, 25)
    with living.unit_of_work() as session:
        found = keep_check(
            session, weights=WEIGHTS, engine="cpu (openvino)", executor_id="one", field_set="set-1", found={}
        )

    assert found.differences == ("usual: could not be counted now",)


def test_a_person_accepts_the_new_numbers_with_a_reason(living: Database) -> None:
    first = check(living, 25)
    failed = check(living, 24)

    for check_id, reason, error in (
        (failed.id, " ", InvalidInput),
        (first.id, "why not", InvalidInput),
        (9999, "why not", GoldenCheckNotFound),
    ):
        with pytest.raises(error), living.unit_of_work() as session:
            accept_check(session, check_id=check_id, reason=reason)
    with living.unit_of_work() as session:
        accept_check(session, check_id=failed.id, reason="OpenVINO was updated")

    assert failing(living) == []
    assert check(living, 24).outcome == "passed"
    assert check(living, 25).outcome == "failed"
    with living.unit_of_work() as session:
        assert [one.outcome for one in newest_checks(session)] == ["failed", "passed", "recorded", "failed", "recorded"]
