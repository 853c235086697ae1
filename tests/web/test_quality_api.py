"""Control lots and their judged runs as programs read them."""

import re

import pytest

from tests.web.image_files import png_of
from tests.web.site import Site
from tests.web.test_quality import new_lot, record


def test_a_lot_tells_its_targets_with_their_units(site: Site) -> None:
    page = new_lot(site, "low", mean_wbc="4.5", sd_wbc="0.3", mean_neutrophil_percent="60", sd_neutrophil_percent="5")
    closed = new_lot(site, "high", mean_plt="250", sd_plt="20")
    site.client.post(f"{closed}/close")

    lots = site.client.get("/api/v1/quality/lots").json()["lots"]

    first, last = (next(one for one in lots if one["id"] == int(path.split("/")[-1])) for path in (page, closed))
    assert (first["material"], first["lot_number"], first["level"]) == ("Control A", "L1", "low")
    assert first["targets"] == [
        {"quantity": "neutrophil_percent", "name": "Neutrophils", "unit": "%", "mean": 60.0, "sd": 5.0},
        {"quantity": "wbc", "name": "WBC concentration", "unit": "10⁹/L", "mean": 4.5, "sd": 0.3},
    ]
    assert (first["made_by"], first["closed_at"], first["closed_by"]) == ("test-admin", None, None)
    assert (last["closed_at"] is None, last["closed_by"]) == (False, "test-admin")
    assert lots.index(first) < lots.index(last)


def test_runs_have_values_rules_and_a_persons_word_as_the_page_shows_them(counting_site: Site) -> None:
    # The stand-in finds one neutrophil and no other white cell on an image: 100 % of one cell, and no concentration.
    # Runs of one name and material are judged together: other tests have other names.
    targets = {"mean_neutrophil_percent": "60", "sd_neutrophil_percent": "5", "mean_wbc": "4.5", "sd_wbc": "0.3"}
    lot = new_lot(counting_site, "api", **targets)
    address = f"/api/v1{lot}/runs"
    assert counting_site.client.get(address).json()["runs"] == []
    counting_site.counted_sample("api-control-1", ("a.png", png_of(161)))
    html = record(counting_site, lot, "api-control-1", run="api shift").text
    decide = re.search(r'action="(/quality/runs/\d+/decide)"', html)
    assert decide
    before = counting_site.client.get(address).json()["runs"]
    counting_site.client.post(decide[1], data={"decision": "rejected", "comment": "stain too dark"})
    counting_site.client.post(decide[1], data={"decision": "comment", "comment": "made anew"})

    told = counting_site.client.get(address).json()

    assert f"/quality/lots/{told['lot']['id']}" == lot
    [run] = told["runs"]
    assert "Rules say reject" in html
    assert (run["run"], run["accession_number"], run["images"]) == ("api shift", "api-control-1", 1)
    assert (run["verdict"], run["standing"], before[0]["standing"]) == ("reject", "rejected", None)
    assert [(one["decision"], one["comment"], one["made_by"]) for one in run["decisions"]] == [
        ("rejected", "stain too dark", "test-admin"),
        ("comment", "made anew", "test-admin"),
    ]
    assert (run["weights"], run["weights_sha256"]) == ("test-counter 1.2.3", "ab12" * 16)
    assert run["quantities"] == [
        {
            "quantity": "neutrophil_percent",
            "value": 100.0,
            "z": 8.0,
            "rules": ["1-2s", "1-3s"],
            "verdict": "reject",
            "chance_sd": pytest.approx(48.990, abs=1e-3),
        },
        {"quantity": "wbc", "value": None, "z": None, "rules": None, "verdict": None, "chance_sd": None},
    ]


@pytest.mark.parametrize(
    ("mean", "rules", "verdict"),
    [("95", [], "within_rules"), ("88", ["1-2s"], "warning"), ("80", ["1-2s", "1-3s"], "reject")],
)
def test_the_verdict_is_the_pages(counting_site: Site, mean: str, rules: list[str], verdict: str) -> None:
    lot = new_lot(counting_site, f"at {mean}", mean_neutrophil_percent=mean, sd_neutrophil_percent="5")
    number = f"api-control-{mean}"
    counting_site.counted_sample(number, ("a.png", png_of(int(mean))))
    html = record(counting_site, lot, number, run=f"of {mean}").text

    [run] = counting_site.client.get(f"/api/v1{lot}/runs").json()["runs"]

    words = {"within_rules": "Within the rules", "warning": ">Warning<", "reject": "Rules say reject"}
    assert words[verdict].strip("<>") in html
    assert (run["verdict"], run["quantities"][0]["rules"], run["quantities"][0]["verdict"]) == (verdict, rules, verdict)


def test_a_lot_that_is_not_there_is_not_found(site: Site) -> None:
    answer = site.client.get("/api/v1/quality/lots/9999/runs")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "control_lot_not_found")
