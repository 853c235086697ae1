"""Weights count once somebody says so, not worse without a reason, with a second person where asked, and back again."""

import pytest
from sqlalchemy import select

from app.db.records import AuditEventRecord, WeightsReleaseRecord
from app.db.repositories import weights
from app.db.session import Database
from app.schemas.actors import Actor, ActorKind
from app.schemas.weights import ReleaseStatus
from app.services.accounts.acting import acting_as
from app.services.weights.weights_activation import (
    approve_activation,
    decline_activation,
    request_activation,
    roll_back,
)
from app.services.weights.weights_judging import ask_for_evaluation, record_evaluation
from app.services.weights.weights_overview import weights_overview
from app.settings import Settings
from app.weights_errors import (
    ActivationClosed,
    EvaluationOutdated,
    NothingToRollBack,
    ReleaseNotReady,
    SecondPersonNeeded,
    WeightsActive,
    WeightsWorse,
)
from model.types import WeightsIdentity
from tests.jobs.weights_bench import report_beside

OWN = WeightsIdentity("bloodcount", "0.3.0", "0" * 64)
ANNA = Actor(ActorKind.ACCOUNT, "anna", id=1)
BERND = Actor(ActorKind.ACCOUNT, "bernd", id=2)
COMMAND = Actor(ActorKind.COMMAND, "root@server")


@pytest.fixture
def strict(settings: Settings) -> Settings:
    """A laboratory that asks for a second person."""
    return settings.model_copy(update={"weights_second_person": True})


def ready_release(database: Database, version: str, *, beside: WeightsIdentity = OWN, f1: float = 0.99) -> int:
    """A release that was checked and evaluated beside others; the version's digit is its hash."""
    with database.unit_of_work() as session:
        release = WeightsReleaseRecord(
            file_name="w.safetensors",
            sha256=version * 64,
            byte_size=1,
            storage_key="key",
            manifest_json="{}",
            uploaded_by="anna",
            name="w",
            version=version,
        )
        session.add(release)
        session.flush()
        record_evaluation(session, release_id=release.id, report=report_beside(beside, identity(version), f1=f1))
        return release.id


def identity(version: str) -> WeightsIdentity:
    return WeightsIdentity("w", version, version * 64)


def evaluate_beside(database: Database, release_id: int, version: str, beside: WeightsIdentity) -> None:
    with database.unit_of_work() as session:
        record_evaluation(session, release_id=release_id, report=report_beside(beside, identity(version)))


def activate(database: Database, settings: Settings, release_id: int, *, reason: str = "", actor: Actor = ANNA) -> bool:
    with acting_as(actor), database.unit_of_work() as session:
        return request_activation(session, settings, release_id=release_id, reason=reason)


def active_release(database: Database) -> int | None:
    with database.unit_of_work() as session:
        return weights.find_active(session).release_id


def waiting(database: Database) -> int:
    with database.unit_of_work() as session:
        (activation,) = weights.list_waiting_activations(session)
        return activation.id


def newest_event(database: Database) -> AuditEventRecord:
    with database.unit_of_work() as session:
        return session.scalars(select(AuditEventRecord).order_by(AuditEventRecord.seq.desc()).limit(1)).one()


def test_weights_that_are_not_worse_count_at_once(database: Database, settings: Settings) -> None:
    release_id = ready_release(database, "2")

    assert activate(database, settings, release_id)

    assert active_release(database) == release_id
    event = newest_event(database)
    assert (event.action, event.actor_name, event.subject_id) == ("weights.activated", "anna", release_id)
    assert '"w 2"' in (event.new_values or "")
    with pytest.raises(WeightsActive):
        activate(database, settings, release_id)


def test_worse_weights_need_a_reason_that_is_kept(database: Database, settings: Settings) -> None:
    release_id = ready_release(database, "2", f1=0.90)

    with pytest.raises(WeightsWorse, match=r"Red cells in reviewed fields: F1 0.900, with the active weights 0.990"):
        activate(database, settings, release_id, reason="   ")
    assert active_release(database) is None

    activate(database, settings, release_id, reason="the old ones fail on our stain")

    assert active_release(database) == release_id
    assert newest_event(database).reason == "the old ones fail on our stain"
    assert "F1 0.900" in (newest_event(database).new_values or "")


def test_a_wider_margin_lets_them_pass(database: Database, settings: Settings) -> None:
    release_id = ready_release(database, "2", f1=0.90)

    assert activate(database, settings.model_copy(update={"weights_margin_points": 10.0}), release_id)


def test_an_evaluation_beside_former_weights_says_nothing_about_the_active_ones(
    database: Database, settings: Settings
) -> None:
    first, second = ready_release(database, "2"), ready_release(database, "3")
    activate(database, settings, first)

    with pytest.raises(EvaluationOutdated):
        activate(database, settings, second)

    evaluate_beside(database, second, "3", identity("2"))
    assert activate(database, settings, second)


@pytest.mark.parametrize("status", [status for status in ReleaseStatus if status is not ReleaseStatus.READY])
def test_only_evaluated_weights_count(status: ReleaseStatus, database: Database, settings: Settings) -> None:
    release_id = ready_release(database, "2")
    with database.unit_of_work() as session:
        weights.change_release(session, release_id, status=status)

    with pytest.raises(ReleaseNotReady):
        activate(database, settings, release_id)


def test_a_second_person_has_to_agree(database: Database, strict: Settings) -> None:
    release_id = ready_release(database, "2")

    assert not activate(database, strict, release_id)
    assert active_release(database) is None
    for same in (ANNA, COMMAND):
        with pytest.raises(SecondPersonNeeded), acting_as(same), database.unit_of_work() as session:
            approve_activation(session, activation_id=waiting(database))
    with acting_as(BERND), database.unit_of_work() as session:
        approve_activation(session, activation_id=waiting(database))

    assert active_release(database) == release_id
    with database.unit_of_work() as session:
        held = weights_overview(session).active
    assert held is not None
    assert (held.requested_by, held.approved_by) == ("anna", "bernd")


def test_what_was_declined_cannot_be_approved(database: Database, strict: Settings) -> None:
    activate(database, strict, ready_release(database, "2"))
    activation_id = waiting(database)

    with acting_as(BERND), database.unit_of_work() as session:
        decline_activation(session, activation_id=activation_id)

    with pytest.raises(ActivationClosed, match="declined"), acting_as(BERND), database.unit_of_work() as session:
        approve_activation(session, activation_id=activation_id)
    assert active_release(database) is None


def test_an_approval_that_comes_too_late_for_its_evaluation_is_refused(
    database: Database, settings: Settings, strict: Settings
) -> None:
    first, second = ready_release(database, "2"), ready_release(database, "3")
    activate(database, strict, first)
    activate(database, settings, second)

    with pytest.raises(EvaluationOutdated), acting_as(BERND), database.unit_of_work() as session:
        approve_activation(session, activation_id=waiting(database))


def test_rolling_back_goes_back_step_by_step_and_needs_nobody_else(database: Database, strict: Settings) -> None:
    lax = strict.model_copy(update={"weights_second_person": False})
    first, second = ready_release(database, "2"), ready_release(database, "3", beside=identity("2"))
    activate(database, lax, first)
    activate(database, lax, second)

    with database.unit_of_work() as session:
        assert weights_overview(session).rolls_back_to == "w 2"
    reached = []
    for _ in range(2):
        with acting_as(ANNA), database.unit_of_work() as session:
            reached.append(roll_back(session))

    assert reached == [first, None]
    assert active_release(database) is None
    with pytest.raises(NothingToRollBack), database.unit_of_work() as session:
        roll_back(session)


def test_all_the_way_back_forgets_what_was_before(database: Database, settings: Settings) -> None:
    first, second = ready_release(database, "2"), ready_release(database, "3", beside=identity("2"))
    activate(database, settings, first)
    activate(database, settings, second)
    with database.unit_of_work() as session:
        assert roll_back(session, to_origin=True) is None
    activate(database, settings, first)

    with database.unit_of_work() as session:
        assert roll_back(session) is None


def test_the_active_weights_are_not_evaluated_beside_themselves(database: Database, settings: Settings) -> None:
    release_id = ready_release(database, "2")
    activate(database, settings, release_id)

    with pytest.raises(WeightsActive), database.unit_of_work() as session:
        ask_for_evaluation(session, release_id=release_id)
