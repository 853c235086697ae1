"""Quality control over HTTP: a lot, its runs on the charts, a person's word on them, and the golden fields' warning."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import delete, update

from app.db.base import utc_now
from app.db.records import ExecutorHeartbeatRecord, GoldenFieldRecord
from app.db.repositories.audit_events import AuditFilter
from app.schemas.golden_checks import ClassAgreement, FieldNumbers, LaboratoryField
from app.services.audit import find_entries
from app.services.privacy.erasing import erase_photograph
from app.services.quality.check_records import CheckOrigin
from app.services.quality.golden_agreement import compute_class_agreement
from app.services.quality.golden_checks import failing_checks, keep_check
from app.services.quality.laboratory_checks import keep_laboratory_check
from app.web.context import context_of
from model.classes import CellClass
from model.types import BoxXyxy, DetectedCell, WeightsIdentity
from tests.web.image_files import png_of
from tests.web.site import Site
from tests.web.test_reviews import edit, send


def application(site: Site) -> FastAPI:
    assert isinstance(site.client.app, FastAPI)
    return site.client.app


def new_lot(site: Site, level: str, **targets: str) -> str:
    form = {"material": "Control A", "lot_number": "L1", "level": level} | targets
    answer = site.client.post("/quality/lots", data=form)
    assert answer.status_code == 200, answer.text
    return str(answer.url.path)


def record(site: Site, lot: str, number: str, **values: str) -> Any:  # noqa: ANN401
    return site.client.post(f"{lot}/runs", data={"accession_number": number} | values)


def test_a_control_goes_from_its_lot_to_a_persons_word(counting_site: Site) -> None:
    # The stand-in finds one neutrophil, no other white cell, one platelet and one red cell on an image.
    lot = new_lot(counting_site, "normal", mean_neutrophil_percent="60", sd_neutrophil_percent="5")
    counting_site.counted_sample("control-1", ("a.png", png_of(151)))

    html = record(counting_site, lot, "CONTROL-1", run="early shift").text
    again = record(counting_site, lot, "control-1")
    decide = re.search(r'action="(/quality/runs/\d+/decide)"', html)
    assert decide
    silent = counting_site.client.post(decide[1], data={"decision": "rejected", "comment": " "})
    after = counting_site.client.post(decide[1], data={"decision": "rejected", "comment": "stain too <dark>"}).text

    assert html.count('<svg class="chart"') == 1
    assert "early shift" in html
    assert "Rules say reject" in html
    assert "1-3s (reject: one value beyond 3 SD" in html
    assert "+8.0 SD" in html
    assert "is smaller than counting so few cells gives by itself" in html
    assert (again.status_code, "is a control run already" in again.text) == (422, True)
    assert silent.status_code == 422
    assert "stain too &lt;dark&gt;" in after
    assert ">Rejected</span>" in after
    with context_of(application(counting_site)).database.unit_of_work() as session:
        actions = {one.action for one in find_entries(session, AuditFilter()).entries}
    assert {"control.lot_made", "control.recorded", "control.decided"} <= actions


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"material": ""}, "a text of 1 to 100 characters"),
        ({"mean_neutrophil_percent": "60"}, "a mean and an SD above 0"),
        ({"mean_neutrophil_percent": "60", "sd_neutrophil_percent": "0"}, "a mean and an SD above 0"),
        ({"mean_neutrophil_percent": "sixty", "sd_neutrophil_percent": "5"}, "a mean and an SD above 0"),
        ({"mean_neutrophil_percent": "nan", "sd_neutrophil_percent": "5"}, "a mean and an SD above 0"),
        ({"mean_neutrophil_percent": "60", "sd_neutrophil_percent": "inf"}, "a mean and an SD above 0"),
        ({}, "at least one quantity"),
    ],
)
def test_a_lot_that_cannot_be_is_told_and_stays_typed(site: Site, form: dict[str, str], words: str) -> None:
    typed = {"material": "Control B", "lot_number": "L<2>", "level": "high"} | form

    answer = site.client.post("/quality/lots", data=typed)

    assert answer.status_code == 422
    assert words in answer.text
    assert "L&lt;2&gt;" in answer.text


def test_a_slide_that_cannot_be_recorded_says_why(counting_site: Site) -> None:
    lot = new_lot(counting_site, "high", mean_neutrophil_percent="60,5", sd_neutrophil_percent="5")
    counting_site.new_sample("control-empty")

    nowhere = record(counting_site, lot, "control-nowhere")
    empty = record(counting_site, lot, "control-empty")
    counting_site.client.post(f"{lot}/close")
    counting_site.counted_sample("control-late", ("a.png", png_of(152)))
    closed = record(counting_site, lot, "control-late")

    assert "There is no sample &#39;control-nowhere&#39;" in nowhere.text
    assert "not counted to the end yet" in empty.text
    assert "This lot is closed" in closed.text
    assert {nowhere.status_code, empty.status_code, closed.status_code} == {422}
    assert counting_site.client.get("/quality/lots/9999").status_code == 404


def test_golden_fields_that_differ_are_told_on_the_pages_and_in_the_metrics(site: Site) -> None:
    weights = WeightsIdentity("release", "1", "ab" * 32)
    with context_of(application(site)).database.unit_of_work() as session:
        session.add(ExecutorHeartbeatRecord(executor_id="gpu-1", started_at=utc_now(), beat_at=utc_now()))
        for red_cells in (25, 24):
            numbers = FieldNumbers(counts={"RBC": red_cells}, differential={}, morphology={}, cells=30)
            keep_check(
                session, weights=weights, engine="cpu", executor_id="gpu-1", field_set="1", found={"usual": numbers}
            )
        [check] = failing_checks(session)

    queue, quality = site.page("/queue"), site.page("/quality")
    metrics = site.client.get("/metrics").text

    assert "The drawn fields were not counted as before" in queue
    assert "gpu-1 (release 1, cpu): 1 difference" in queue
    assert "usual: RBC 25 recorded, 24 now" in quality
    assert "bloodcount_golden_checks_failed 1.0" in metrics
    site.client.post(f"/quality/checks/{check.id}/accept", data={"reason": "new library"})
    assert "were not counted as before" not in site.page("/queue")
    assert "bloodcount_golden_checks_failed 0.0" in site.client.get("/metrics").text


def test_before_any_golden_field_was_counted_the_page_says_how_they_are(site: Site) -> None:
    html = site.page("/quality")

    assert "No counting process has counted any yet" in html
    assert "At most 20 are counted, those that were marked last" in html


@pytest.fixture
def golden_site(counting_site: Site) -> Iterator[Site]:
    """The shared application without a golden field, before and after, and without the process that a test invents."""
    database = context_of(application(counting_site)).database
    withdrawal = update(GoldenFieldRecord).where(GoldenFieldRecord.withdrawn_at.is_(None))
    with database.unit_of_work() as session:
        session.execute(withdrawal.values(withdrawn_at=utc_now(), withdrawn_by="test"))
    yield counting_site
    with database.unit_of_work() as session:
        session.execute(withdrawal.values(withdrawn_at=utc_now(), withdrawn_by="test"))
        session.execute(delete(ExecutorHeartbeatRecord).where(ExecutorHeartbeatRecord.executor_id == "gpu-1"))


def confirm_first_cell(site: Site, image_id: int) -> None:
    review = site.client.get(f"/images/{image_id}/review").json()
    send(site, review, edit(f"{image_id:032x}", "confirm", "n0"))


def golden_agreement(counted: int) -> tuple[ClassAgreement, ...]:
    boxes: list[BoxXyxy] = [(9.0 * place, 0.0, 9.0 * place + 8, 8.0) for place in range(12)]
    whole = [{"class": "RBC", "subtype": None, "box": box} for box in boxes]
    found = [DetectedCell(CellClass.RED_BLOOD_CELL, box, 0.9, is_counted=True) for box in boxes]
    return compute_class_agreement(whole, found[:counted])


def test_the_laboratorys_golden_fields_are_shown_with_what_was_confirmed(golden_site: Site) -> None:
    field = golden_site.counted_sample("golden-1", ("patient-name.png", png_of(153)))["images"][0]["id"]
    confirm_first_cell(golden_site, field)
    golden_site.client.post(f"/images/{field}/golden")
    with context_of(application(golden_site)).database.unit_of_work() as session:
        origin = CheckOrigin(WeightsIdentity("release", "1", "ab" * 32), "cpu", "gpu-1")
        session.add(ExecutorHeartbeatRecord(executor_id="gpu-1", started_at=utc_now(), beat_at=utc_now()))
        for red_cells in (12, 6):
            numbers = FieldNumbers(counts={"RBC": red_cells}, differential={}, morphology={}, cells=red_cells)
            agreement = golden_agreement(red_cells)
            found = LaboratoryField(image_id=field, um_per_px=None, numbers=numbers, agreement=agreement)
            keep_laboratory_check(session, origin, found=[found], missing=[])

    queue, quality = golden_site.page("/queue"), golden_site.page("/quality")

    assert "golden fields were not counted as they should be" in queue
    assert "The drawn fields were not counted as before" not in queue
    assert f"Image {field}: RBC 12 recorded, 6 now" in quality
    assert "66.7 % agreement with what was confirmed here" in quality
    assert "1 of 1 golden field counted." in quality
    assert "At most 20 are counted, those that were marked last" in quality
    assert f'<a href="/images/{field}">image {field}</a>' in quality
    assert "patient-name" not in quality
    assert "bloodcount_golden_checks_failed 1.0" in golden_site.client.get("/metrics").text


def test_erased_and_lost_golden_fields_are_told(golden_site: Site) -> None:
    sample = golden_site.counted_sample("golden-2", ("a.png", png_of(154)), ("b.png", png_of(155)))
    erased, lost = (image["id"] for image in sample["images"])
    for field in (erased, lost):
        confirm_first_cell(golden_site, field)
        golden_site.client.post(f"/images/{field}/golden")
    context = context_of(application(golden_site))
    with context.database.unit_of_work() as session:
        erase_photograph(session, context.store, image_id=erased, reason="asked for")
    with context.database.unit_of_work() as session:
        origin = CheckOrigin(WeightsIdentity("release", "1", "ab" * 32), "cpu", "gpu-1")
        keep_laboratory_check(session, origin, found=[], missing=[lost])

    html = " ".join(golden_site.page("/quality").split())

    assert "0 of 1 golden field counted." in html
    assert "No field to count" in html
    assert "1 field that was golden is skipped: the photograph was erased." in html
    assert f"Skipped, as the image store has lost the file: image {lost}." in html
