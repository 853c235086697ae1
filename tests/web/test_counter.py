"""The manual counter over HTTP: with keys, without scripts, and beside the automatic differential."""

import json
import re
from typing import Any

import pytest

from app.schemas.manual_differentials import ManualCellType
from app.services.reviews.counter_keys import KEY_PRESETS
from tests.web.image_files import png_of
from tests.web.signing import give_password, sample_to_sign, sign
from tests.web.site import Site

KEY = "c" * 32
JSON = {"Accept": "application/json"}


def form(number: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"count_key": KEY, "presses": "", "target": "100", "accession_number": number, "comment": ""} | values


def test_a_count_is_saved_beside_the_automatic_one(counting_site: Site) -> None:
    detail = counting_site.counted_sample("counter-1", ("a.png", png_of(77)))
    before = counting_site.sample(detail["id"])
    presses = ["segmented_neutrophil"] * 6 + ["lymphocyte"] * 3 + ["blast"] + ["nucleated_red_cell"] * 2

    answer = counting_site.client.post("/counter", data=form("COUNTER-1", presses=json.dumps(presses)))
    html = counting_site.page(f"/samples/{detail['id']}/differentials")

    assert answer.url.path == f"/samples/{detail['id']}/differentials"
    assert "Counted by test-admin" in html
    assert "n = 10" in html
    assert "60.0\u00a0% (26.2\u2060–\u206087.8)" in html
    assert "20.0 per 100 WBC" in html
    assert "By hand, n = 9" in html
    assert "1 cells counted by hand are of types that the network has no name for" in html
    assert "No type differs" in html
    assert counting_site.sample(detail["id"]) == before


def test_without_scripts_the_numbers_are_typed(site: Site) -> None:
    site.new_sample("typed-1")
    typed = form(
        "typed-1", n_segmented_neutrophil="55", n_lymphocyte=" 45 ", comment="bench counter", count_key="d" * 32
    )

    html = site.client.post("/counter", data=typed).text

    assert "n = 100" in html
    assert "the numbers were typed" in html
    assert "bench counter" in html
    assert "There is no differential of the photographs to compare it with." in html


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"accession_number": "nowhere"}, "There is no sample &#39;nowhere&#39;"),
        ({"n_lymphocyte": "many"}, "is no number of cells"),
        ({"n_lymphocyte": "", "n_segmented_neutrophil": ""}, "1 to 2000 cells, not 0"),
        ({"target": "-1"}, "is no target"),
        ({"presses": '["unicorn"]'}, "cannot be read"),
        ({"comment": "x" * 2001}, "at most 2000"),
    ],
)
def test_what_cannot_be_saved_is_told_and_stays_typed(site: Site, values: dict[str, str], words: str) -> None:
    site.new_sample("typed-2")
    sent = form("typed-2", n_segmented_neutrophil="5", comment="as typed") | values

    answer = site.client.post("/counter", data=sent)

    assert answer.status_code == 422
    assert words in answer.text
    assert sent["accession_number"] in answer.text
    assert "cannot be read" in words or sent["comment"][:8] in answer.text


def test_a_signed_sample_takes_no_further_count_and_loses_none(counting_site: Site) -> None:
    detail = sample_to_sign(counting_site, "counter-2")
    give_password(counting_site)
    first = counting_site.client.post("/counter", data=form("counter-2", n_lymphocyte="9", count_key="e" * 32))
    sign(counting_site, detail["id"])

    refused = counting_site.client.post("/counter", data=form("counter-2", n_lymphocyte="7", count_key="f" * 32))
    repeated = counting_site.client.post("/counter", data=form("counter-2", n_lymphocyte="9", count_key="e" * 32))
    page = f"/samples/{detail['id']}/differentials"
    saved = re.search(rf'action="{page}/(\d+)/withdraw"', first.text)
    assert saved
    assert "/withdraw" not in repeated.text, "a signed sample offers nothing that it would refuse"
    withdrawn = counting_site.client.post(f"{page}/{saved[1]}/withdraw", data={"reason": "another slide"})

    assert refused.status_code == 422
    assert "signed" in refused.text
    assert 'value="7"' in refused.text
    assert repeated.url.path == page, "what was saved before is no further count"
    assert withdrawn.status_code == 409
    html = counting_site.page(page)
    assert "n = 9" in html
    assert "n = 7" not in html


def test_the_draft_and_the_keys_come_back_with_the_page(site: Site) -> None:
    sent = {"count_key": KEY, "version": 3, "presses": ["band_neutrophil", "smudge_cell"], "target": 200}
    keys = {f"key_{cell}": key for cell, key in KEY_PRESETS[2].keys.items()}

    assert site.client.post("/counter/draft", json=sent | {"editor": "test-admin"}).status_code == 200
    refused = site.client.post("/counter/draft", json=sent | {"editor": "test-admin", "version": 2}, headers=JSON)
    site.client.post("/counter/preference", data=keys | {"target": "50"})
    html = site.page("/counter")

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "counter_moved")
    assert 'data-draft-presses="band_neutrophil,smudge_cell"' in html
    assert 'data-draft-target="200"' in html
    assert 'data-cell-type="blast" data-key="*"' in html
    assert 'data-base-target="50"' in html
    assert 'data-sound="no"' in html


def test_two_types_of_one_key_are_told_at_the_field(site: Site) -> None:
    keys = {
        f"key_{cell}": "q" if cell in {ManualCellType.BAND, ManualCellType.BLAST} else "" for cell in ManualCellType
    }

    answer = site.client.post("/counter/preference", data=keys | {"target": "100"})

    assert answer.status_code == 422
    assert "has two types" in answer.text
    assert 'data-key="c"' in site.page("/counter")


def test_a_count_is_withdrawn_with_a_reason(site: Site) -> None:
    sample_id = site.new_sample("withdrawn-1")
    site.client.post("/counter", data=form("withdrawn-1", n_lymphocyte="7", count_key="e" * 32))
    address = f"/samples/{sample_id}/differentials"
    link = site.page(address).split(f'action="{address}/')[1].split("/withdraw")[0]

    without = site.client.post(f"{address}/{link}/withdraw", data={"reason": ""})
    html = site.client.post(f"{address}/{link}/withdraw", data={"reason": "<b>other slide</b>"}).text

    assert without.status_code == 422
    assert "Say why" in without.text
    assert "Withdrawn by test-admin" in html
    assert "&lt;b&gt;other slide" in html
