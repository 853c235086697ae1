"""Looking back over HTTP: a patient's results, old counts with their own boxes and weights, override rates."""

import re
from typing import Any

import pytest
from fastapi import FastAPI

from app.db.records import AnalysisRecord
from app.db.repositories.analyses import find_newest_analysis
from app.web.context import context_of
from tests.web.image_files import png_of
from tests.web.site import Site
from tests.web.test_reviews import FIRST, SECOND, edit, send


def counted(site: Site, number: str, patient: str, *greys: int) -> dict[str, Any]:
    body = {"accession_number": number, "patient_code": patient}
    sample_id = site.client.post("/api/v1/samples", json=body).json()["id"]
    site.upload(sample_id, *((f"{grey}.png", png_of(grey)) for grey in greys))
    return site.finished_sample(sample_id)


def recount(site: Site, image_id: int) -> int:
    """A newer analysis of an image, by weights that found nothing but one red cell; the older one's number."""
    app = site.client.app
    assert isinstance(app, FastAPI)
    with context_of(app).database.unit_of_work() as session:
        old = find_newest_analysis(session, image_id)
        assert old is not None
        session.add(
            AnalysisRecord(
                image_id=image_id,
                weights_name="newer-counter",
                weights_version="9",
                weights_sha256="cd" * 32,
                thresholds=None,
                status="counted",
                rbc=1,
                wbc=0,
                plt=0,
                nrbc=0,
                timings_ms={},
                result_json=re.sub(
                    r'"counts":\{[^}]*\}', '"counts":{"RBC":1,"WBC":0,"PLT":0,"NRBC":0}', old.result_json
                ),
                differential={},
                morphology={},
            )
        )
        return old.id


def test_a_result_stands_beside_the_last_one_of_its_patient(counting_site: Site) -> None:
    first = counted(counting_site, "back-1", "Patient Ä", 91, 92)
    counted(counting_site, "back-other", "Patient B", 93)
    second = counted(counting_site, "back-2", "patient ä", 94)

    html = counting_site.page(f"/samples/{second['id']}/look-back")
    before = counting_site.page(f"/samples/{first['id']}/look-back")

    assert f'Last result: <a href="/samples/{first["id"]}">back-1</a>' in html
    assert "back-other" not in html
    assert 'data-quantity="neutrophil_percent"' in html
    assert html.count('<svg class="chart"') > 3
    assert "Starting values, not validated by any laboratory (default, version 1)" in html
    assert "There is no earlier result of this patient." in before
    assert "back-2" in before  # later ones are in the trend, not beside it


def test_a_change_beyond_the_rules_asks_whose_blood_it_is(counting_site: Site) -> None:
    first = counted(counting_site, "delta-1", "delta", *range(100, 112))
    second = counted(counting_site, "delta-2", "delta", *range(112, 124))
    for image in second["images"]:
        review = counting_site.client.get(f"/images/{image['id']}/review").json()
        send(counting_site, review, edit(FIRST, "relabel", "n1", **{"class": "WBC", "subtype": "lymphocyte"}))

    html = counting_site.page(f"/samples/{second['id']}/look-back")

    assert "Check whose blood this is" in html
    assert "neutrophils, lymphocytes changed by more than the rules allow" in html
    assert "changed, down" in html
    assert "Check whose blood this is" not in counting_site.page(f"/samples/{first['id']}/look-back")


def test_a_sample_without_a_code_stands_alone(counting_site: Site) -> None:
    detail = counting_site.counted_sample("back-alone")

    html = counting_site.page(f"/samples/{detail['id']}/look-back")

    assert "has no patient code" in html
    assert '<svg class="chart"' not in html


def test_an_old_count_keeps_its_boxes_its_weights_and_its_corrections(counting_site: Site) -> None:
    detail = counting_site.counted_sample("old-count", ("a.png", png_of(131)))
    image_id = detail["images"][0]["id"]
    review = counting_site.client.get(f"/images/{image_id}/review").json()
    send(counting_site, review, edit(FIRST, "confirm", "n1"), edit(SECOND, "delete", "n3"))
    old_id = recount(counting_site, image_id)

    listed = counting_site.page(f"/samples/{detail['id']}/look-back")
    old = counting_site.page(f"/images/{image_id}/analyses/{old_id}")
    new = counting_site.page(f"/images/{image_id}/analyses/{old_id + 1}")

    assert "newer-counter 9" in listed
    assert "test-counter 1.2.3" in listed
    assert f"/images/{image_id}/analyses/{old_id}" in listed
    assert "by test-counter 1.2.3" in old
    assert "This count was replaced" in old
    assert "Cells by persons: 1 confirmed, 1 removed." in old
    assert "White cell, neutrophil, confirmed by test-admin" in old
    assert "This count was replaced" not in new
    assert "confirmed by test-admin" not in new
    assert counting_site.client.get(f"/images/{image_id}/analyses/999999").status_code == 404


def test_the_override_rates_tell_what_was_changed(counting_site: Site) -> None:
    detail = counting_site.counted_sample("overrides", ("a.png", png_of(141)))
    review = counting_site.client.get(f"/images/{detail['images'][0]['id']}/review").json()
    send(counting_site, review, edit(FIRST, "relabel", "n0", **{"class": "RBC", "subtype": "teardrop"}))

    html = counting_site.page("/quality/overrides?days=7")

    assert "test-counter 1.2.3" in html
    target = re.search(r'<tr data-type="target">.*?</tr>', html, re.DOTALL)
    assert target
    assert "teardrop cell" in target[0]


@pytest.mark.parametrize("days", [0, 3651])
def test_a_period_that_is_none_is_refused(counting_site: Site, days: int) -> None:
    answer = counting_site.client.get(f"/quality/overrides?days={days}", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_input")
