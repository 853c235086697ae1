"""The pages about retention and patient codes."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from app.db.base import utc_now
from app.db.records import FieldImageRecord, SampleRecord
from app.db.repositories import samples
from app.errors import StorageUnavailable
from app.routes.pages import admin_privacy
from app.schemas.erasure import KeptSample, PatientErasure
from app.settings import Settings
from app.web.context import context_of
from tests.web.image_files import png_of
from tests.web.site import Site

FORM = {"Accept": "text/html"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"keep_photographs_days": 30})


def old_finished_sample(site: Site) -> int:
    """A sample from last year with one photograph that was counted as far as the rules know, of the patient P-1."""
    sample_id = site.new_sample("24-0001")
    site.upload(sample_id, ("a.png", png_of(9)))
    app, then = site.client.app, utc_now() - timedelta(days=300)
    assert isinstance(app, FastAPI)
    with context_of(app).database.unit_of_work() as session:
        code = {"patient_code": "P-1", "patient_key": samples.accession_key("P-1")}
        session.execute(update(SampleRecord).values(created_at=then, **code))
        session.execute(update(FieldImageRecord).values(status="failed", uploaded_at=then, changed_at=then))
    return sample_id


def test_what_would_go_is_shown_and_goes_after_the_word_and_a_reason(site: Site) -> None:
    sample_id = old_finished_sample(site)
    page = site.page("/admin/privacy")
    assert "1 photograph, while its result stays" in page
    assert "30 days" in page

    address, form = "/admin/privacy/retention", {"confirmation": "yes", "reason": "the rule"}
    refused = site.client.post(address, data=form, headers=FORM)
    done = site.client.post(address, data=form | {"confirmation": "erase"}, headers=FORM)

    assert (refused.status_code, "nothing was erased" in refused.text) == (422, True)
    assert "0 samples with all they held, and 1 photograph." in done.text
    assert "The photograph was erased" in site.page(f"/samples/{sample_id}")
    answer = site.client.get("/images/1/content")
    assert (answer.status_code, "its counts are kept" in answer.text) == (404, True)
    assert "Nothing." in site.page("/admin/privacy")


def test_a_patient_code_is_found_exported_and_erased(site: Site) -> None:
    old_finished_sample(site)
    address, form = "/admin/privacy/patient", {"patient_code": "p-1"}

    found = site.client.post(address, data=form, headers=FORM)
    export = site.client.post(f"{address}/export", data=form)
    refused = site.client.post(f"{address}/erase", data=form | {"confirmation": "", "reason": "asked"}, headers=FORM)
    erased = site.client.post(f"{address}/erase", data=form | {"confirmation": "p-1", "reason": "asked"}, headers=FORM)

    assert "24-0001" in found.text
    with zipfile.ZipFile(BytesIO(export.content)) as archive:
        assert "sample-1/image-1/photograph.png" in archive.namelist()
    assert export.headers["content-disposition"] == 'attachment; filename="patient-export.zip"'
    assert (refused.status_code, "24-0001" in refused.text) == (422, True)
    assert "1 sample with all it held, and 1 photograph." in erased.text
    assert site.client.get("/samples/1").status_code == 404
    trail = site.client.get("/admin/audit/export?format=jsonl").text.lower()
    assert "sample.erased" in trail
    assert "p-1" not in trail
    assert "24-0001" not in trail


def test_an_unknown_patient_code_is_told_in_words(site: Site) -> None:
    answer = site.client.post("/admin/privacy/patient", data={"patient_code": "nobody"}, headers=FORM)

    assert answer.status_code == 404
    assert "No sample has this patient code" in answer.text


def test_no_page_asks_for_the_picture_of_an_erased_photograph(counting_site: Site) -> None:
    sample = counting_site.counted_sample("erased-1", ("a.png", png_of(88, width=95)))
    sample_id, image_id = sample["id"], sample["images"][0]["id"]
    app = counting_site.client.app
    assert isinstance(app, FastAPI)
    pages = (f"/samples/{sample_id}", f"/samples/{sample_id}/fields/{image_id}", f"/samples/{sample_id}/gallery")
    before = [counting_site.page(page) for page in pages]
    with context_of(app).database.unit_of_work() as session:
        session.execute(update(FieldImageRecord).values(erased_at=utc_now()).where(FieldImageRecord.id == image_id))

    for page, former in zip(pages, before, strict=True):
        html = counting_site.page(page)
        pictures = (f'src="/images/{image_id}/display', f'href="/images/{image_id}/crops')
        assert any(picture in former for picture in pictures), page
        assert not any(picture in html for picture in pictures), page
        assert "erased" in html, page


def test_an_erasure_that_the_image_store_stops_is_told_as_unfinished(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_finished_sample(site)

    def stop(*_: object, **__: object) -> PatientErasure:
        raise StorageUnavailable("The image store does not answer.")

    monkeypatch.setattr(admin_privacy, "erase_patient", stop)

    form = {"patient_code": "p-1", "confirmation": "p-1", "reason": "asked"}
    answer = site.client.post("/admin/privacy/patient/erase", data=form, headers=FORM)

    assert answer.status_code == 503
    assert "This was not finished" in answer.text
    assert "erase once more when the image store answers" in answer.text
    assert "24-0001" in answer.text


def test_what_was_not_erased_is_told_with_the_reason_and_the_next_step(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_finished_sample(site)
    kept = KeptSample(id=1, accession_number="24-0001", why="sample number 1 was signed, and signed reports are kept")
    outcome = PatientErasure(photographs=3, samples=2, kept=(kept,))
    monkeypatch.setattr(admin_privacy, "erase_patient", lambda *_, **__: outcome)

    form = {"patient_code": "p-1", "confirmation": "p-1", "reason": "asked"}
    answer = site.client.post("/admin/privacy/patient/erase", data=form, headers=FORM)

    assert answer.status_code == 409
    for words in (
        "2 samples with all they held, and 3 photographs.",
        "1 sample was not erased",
        "24-0001: sample number 1 was signed, and signed reports are kept.",
        "if that is right, erase once more",
    ):
        assert words in answer.text
