"""What is measured beside the images, and the versions of the reference ranges that it is compared with."""

import re

import pytest

from tests.web.image_files import png_of
from tests.web.site import Site
from tests.web.test_sample_data import mark_of, newest_event

WBC_CHAMBER = {
    "WBC-side_a": "70",
    "WBC-side_b": "76",
    "WBC-squares": "4",
    "WBC-square_area_mm2": "1",
    "WBC-depth_mm": "0,1",
    "WBC-dilution": "20",
}


def filled_form(site: Site, sample_id: int, changed: dict[str, str] | None = None) -> dict[str, str]:
    """The form as the page has it, with a chamber count of white cells."""
    return WBC_CHAMBER | {"mark": mark_of(site.page(f"/samples/{sample_id}/measurements"))} | (changed or {})


def ranges_form(site: Site) -> dict[str, str]:
    """The form of a new version as the page has it."""
    html = site.page("/admin/reference-ranges")
    form = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', html))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        values = re.findall(r'<option value="([^"]*)"', options)
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        form[name] = chosen[1] if chosen else values[0]
    return {name: value for name, value in form.items() if not name.endswith("-remove")}


def test_the_form_begins_with_the_usual_squares_and_nothing_counted(site: Site) -> None:
    html = site.page(f"/samples/{site.new_sample('26-1')}/measurements")

    assert re.search(r'name="WBC-dilution"[^>]* value="20"', html)
    assert re.search(r'name="RBC-square_area_mm2"[^>]* value="0.04"', html)
    assert re.search(r'name="PLT-side_a"[^>]* value=""', html)


def test_a_chamber_gives_the_page_and_the_api_a_concentration_with_its_range(counting_site: Site) -> None:
    sample_id = counting_site.counted_sample("chamber", ("a.png", png_of(33)))["id"]
    data = {"accession_number": "chamber", "sex": "male", "age_value": "40", "age_unit": "years"}
    data["mark"] = mark_of(counting_site.page(f"/samples/{sample_id}/edit"))
    counting_site.client.post(f"/samples/{sample_id}/edit", data=data)

    counting_site.client.post(f"/samples/{sample_id}/measurements", data=filled_form(counting_site, sample_id))

    figures = counting_site.sample(sample_id)["figures"]
    [white] = [one for one in figures["concentrations"] if one["analyte"] == "wbc"]
    assert (white["value"], white["unit"], white["method"]) == (pytest.approx(3.65), "10^9/L", "counting_chamber")
    assert white["comparison"]["position"] == "below"
    html = counting_site.page(f"/samples/{sample_id}")
    assert "within counting error of the range" in html
    assert f'href="/reference-ranges/{figures["ranges_version"]}"' in html
    old, new = newest_event(counting_site, "sample.measured")
    assert old == {"chamber": {}}
    assert new["chamber"] == counting_site.sample(sample_id)["measurements"]["chamber"]


def test_a_sample_with_nothing_measured_says_why_there_is_no_concentration(counting_site: Site) -> None:
    sample_id = counting_site.counted_sample("smear only", ("a.png", png_of(33)))["id"]

    html = counting_site.page(f"/samples/{sample_id}").partition('data-finding="concentrations"')[2]

    assert html.count("A smear alone gives no concentration") == 3
    assert not re.search(r"<strong>[\d.]+</strong> 10", html)


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"WBC-side_a": ""}, "WBC-side_a", "is missing"),
        ({"WBC-side_a": "7.5"}, "WBC-side_a", "is no whole number"),
        ({"WBC-squares": "0"}, "WBC-squares", "more than 0"),
        ({"WBC-depth_mm": "deep"}, "WBC-depth_mm", "is no number"),
        ({"WBC-dilution": ""}, "WBC-dilution", "is missing"),
        ({"analyser_rbc_10e12_per_l": "47"}, "analyser_rbc_10e12_per_l", "at most 15"),
        ({"analyser_rbc_10e12_per_l": "4.7"}, "analyser_name", "needs its source"),
        ({"analyser_rbc_10e12_per_l": "4", "analyser_name": "X", "analyser_on": "May"}, "analyser_on", "is no day"),
    ],
)
def test_a_measurement_that_cannot_be_is_explained_beside_its_field(
    site: Site, changed: dict[str, str], field: str, words: str
) -> None:
    sample_id = site.new_sample("26-1")

    answer = site.client.post(f"/samples/{sample_id}/measurements", data=filled_form(site, sample_id, changed))

    assert answer.status_code == 422
    assert re.search(rf'id="{re.escape(field)}-error">[^<]*{re.escape(words)}', answer.text)
    assert site.sample(sample_id)["measurements"]["chamber"] == {}


def test_two_tabs_that_measure_one_sample_do_not_overwrite_each_other(site: Site) -> None:
    sample_id = site.new_sample("26-1")
    first, second = filled_form(site, sample_id), filled_form(site, sample_id, {"WBC-side_a": "99"})
    site.client.post(f"/samples/{sample_id}/measurements", data=first)

    answer = site.client.post(f"/samples/{sample_id}/measurements", data=second)

    assert answer.status_code == 409
    assert 'value="99"' in answer.text
    assert site.sample(sample_id)["measurements"]["chamber"]["WBC"]["side_a"] == 70


def test_new_ranges_are_a_new_version_and_the_old_one_stays(site: Site) -> None:
    form = ranges_form(site)
    assert form["r0-high"] == "5.9"

    answer = site.client.post(
        "/admin/reference-ranges", data=form | {"r0-high": "5,7", "reason": "own study"}, follow_redirects=False
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/reference-ranges/2")
    assert "4–5.7" in site.page("/reference-ranges/2")
    assert "own study" in site.page("/reference-ranges/2")
    assert "4–5.9" in site.page("/reference-ranges/1")
    assert "An older version" in site.page("/reference-ranges/1")
    assert site.sample(site.new_sample("26-1"))["figures"]["ranges_version"] == 2
    old, new = newest_event(site, "reference_ranges.changed")
    assert (old["version"], new["version"]) == (1, 2)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": ""}, "Say why the ranges change"),
        ({}, "Nothing was changed"),
        ({"r0-sex": ""}, "Two ranges are for the same person"),
        ({"r0-low": "7"}, "is not below the upper end"),
        ({"r0-low": "low"}, "is no number"),
        ({"r0-source": ""}, "The source is empty"),
        ({"r0-from": "400"}, "more than 130 years"),
    ],
)
def test_ranges_that_cannot_be_are_refused_and_what_was_typed_stays(
    site: Site, changed: dict[str, str], words: str
) -> None:
    answer = site.client.post(
        "/admin/reference-ranges",
        data=ranges_form(site) | {"reason": "why", "r1-source": "typed"} | changed
        if changed
        else ranges_form(site) | {"reason": "why"},
    )

    assert answer.status_code == 422
    assert words in answer.text
    assert site.page("/reference-ranges/2", status=404)


def test_two_admins_do_not_overwrite_each_others_version(site: Site) -> None:
    form = ranges_form(site)
    site.client.post("/admin/reference-ranges", data=form | {"r0-high": "5.7", "reason": "one"})

    answer = site.client.post("/admin/reference-ranges", data=form | {"r0-high": "5.8", "reason": "other"})

    assert answer.status_code == 409
    assert "version 2 was saved since" in answer.text
