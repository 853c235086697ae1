"""Manual differentials as programs read them: what the page shows, with null where a figure is not defined."""

import json
import re

import pytest
from fastapi.testclient import TestClient

from app.schemas.tokens import Role
from app.services.accounts.tokens import create_token
from app.web.context import context_of
from tests.web.image_files import png_of
from tests.web.site import Site
from tests.web.test_counter import form


def count(site: Site, number: str, key: str, *presses: str) -> None:
    sent = form(number, presses=json.dumps(presses), count_key=key * 32)
    assert site.client.post("/counter", data=sent).status_code == 200


def test_every_kept_count_is_told_as_the_page_shows_it(counting_site: Site) -> None:
    detail = counting_site.counted_sample("api-counter-1", ("a.png", png_of(77)))
    cells = ["segmented_neutrophil"] * 6 + ["lymphocyte"] * 3 + ["blast"] + ["nucleated_red_cell"] * 2
    count(counting_site, "api-counter-1", "1", *cells)
    html = counting_site.page(f"/samples/{detail['id']}/differentials")

    answer = counting_site.client.get(f"/api/v1/samples/{detail['id']}/differentials")

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["sample_id"], told["accession_number"]) == (detail["id"], "api-counter-1")
    [one] = told["differentials"]
    assert (one["counted_by"], one["n"], one["target"], one["is_typed"]) == ("test-admin", 10, 100, False)
    assert (one["withdrawn_at"], one["comment"]) == (None, None)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", one["saved_at"])
    share = one["types"]["segmented_neutrophil"]
    assert share == {
        "n": 6,
        "percent": 60.0,
        "low": pytest.approx(26.238, abs=1e-3),
        "high": pytest.approx(87.845, abs=1e-3),
    }
    assert f"60.0\u00a0% ({share['low']:.1f}\u2060–\u2060{share['high']:.1f})" in html
    assert one["types"]["basophil"] == {"n": 0, "percent": 0.0, "low": 0.0, "high": pytest.approx(30.850, abs=1e-3)}
    assert one["apart"] == {"nucleated_red_cell": {"n": 2, "per_100": 20.0}, "smudge_cell": {"n": 0, "per_100": 0.0}}
    both = one["comparison"]
    assert (both["manual_n"], both["automatic_n"], both["left_out"]) == (9, 1, 1)
    assert [row["differs"] for row in both["types"]] == [False] * len(both["types"])


def test_of_no_cell_in_the_total_there_is_no_share_and_no_ratio(site: Site) -> None:
    sample_id = site.new_sample("api-counter-2")
    count(site, "api-counter-2", "2", "smudge_cell", "smudge_cell")

    [one] = site.client.get(f"/api/v1/samples/{sample_id}/differentials").json()["differentials"]

    assert one["n"] == 0
    assert one["types"]["lymphocyte"] == {"n": 0, "percent": None, "low": None, "high": None}
    assert one["apart"]["smudge_cell"] == {"n": 2, "per_100": None}
    assert one["comparison"] is None


def test_a_withdrawn_count_stays_and_says_by_whom_and_why(site: Site) -> None:
    sample_id = site.new_sample("api-counter-3")
    for key, cell in (("3", "lymphocyte"), ("4", "monocyte")):
        count(site, "api-counter-3", key, cell)
    address = f"/api/v1/samples/{sample_id}/differentials"
    newest, oldest = site.client.get(address).json()["differentials"]
    withdrawal = f"/samples/{sample_id}/differentials/{oldest['id']}/withdraw"
    assert site.client.post(withdrawal, data={"reason": "another slide"}).status_code == 200

    after = site.client.get(address).json()["differentials"]

    assert [one["id"] for one in after] == [newest["id"], oldest["id"]]
    assert (after[0]["withdrawn_by"], after[0]["types"]["monocyte"]["n"]) == (None, 1)
    assert (after[1]["withdrawn_by"], after[1]["withdrawal_reason"]) == ("test-admin", "another slide")
    assert after[1]["withdrawn_at"] is not None


def test_a_sample_without_counts_has_none_and_one_that_is_not_there_is_not_found(site: Site) -> None:
    sample_id = site.new_sample("api-counter-4")

    missing = site.client.get("/api/v1/samples/9999/differentials")

    assert site.client.get(f"/api/v1/samples/{sample_id}/differentials").json()["differentials"] == []
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "sample_not_found")


@pytest.mark.parametrize(
    "path", ["/api/v1/samples/{sample}/differentials", "/api/v1/quality/lots", "/api/v1/quality/lots/9999/runs"]
)
def test_reading_asks_for_a_token_that_may_read_samples(site: Site, path: str) -> None:
    with context_of(site.client.app).database.unit_of_work() as session:  # type: ignore[arg-type]
        reader = create_token(session, name="reader", role=Role.TECHNICIAN, scopes=["samples:read"])
        writer = create_token(session, name="writer", role=Role.ADMIN, scopes=["samples:write"])
    address = path.format(sample=site.new_sample(f"api-scope-{len(path)}"))
    program = TestClient(site.client.app)

    answers = {
        name: program.get(address, headers={"Authorization": f"Bearer {token}"})
        for name, token in (("reader", reader), ("writer", writer), ("nobody", "nonsense"))
    }

    assert answers["reader"].status_code == (404 if "9999" in path else 200)
    assert (answers["writer"].status_code, answers["writer"].json()["error"]["code"]) == (403, "access_refused")
    assert (answers["nobody"].status_code, answers["nobody"].json()["error"]["code"]) == (401, "invalid_token")
