"""The page of a sample: its counts, how far they can be trusted, and the cells drawn on each image."""

import re
from html.parser import HTMLParser

import pytest

from app.web.sample_view import IMAGES_PER_PAGE
from tests.web.image_files import png_of, tiff_image
from tests.web.site import Site

BLACK = png_of(0)
"""The stand-in for the network refuses this one."""


def pooled(html: str) -> dict[str, str]:
    """The pooled counts as the page shows them, by code."""
    tiles = re.findall(r'<div class="tile[^>]*data-count="(\w+)">.*?<dd[^>]*>(.*?)</dd>', html, re.DOTALL)
    return {code: re.sub(r"<[^>]+>", " ", value).strip() for code, value in tiles}


def drawn(html: str) -> list[str]:
    """The class of every cell that is drawn."""
    return re.findall(r'<path class="cell" data-class="(\w+)"', html)


def coverage(html: str) -> str:
    """The sentence that says how many images the counts rest on."""
    found = re.search(r"data-coverage>.*?<span>(.*?)</span>", html, re.DOTALL)
    assert found
    return found[1]


def foreign_markup(html: str) -> list[str]:
    """Scripts without an address of this site, and elements with event handlers: the server writes neither."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            names = {name for name, _ in attrs}
            if (tag == "script" and "src" not in names) or any(name.startswith("on") for name in names):
                found.append(f"{tag} {attrs}")

    Reader().feed(html)
    return found


def test_nothing_is_shown_as_zero_before_it_is_counted(site: Site) -> None:
    empty = site.new_sample("empty")
    waiting = site.new_sample("waiting")
    site.upload(waiting, ("a.png", png_of(1)), ("b.png", png_of(2)))

    for sample_id, words in ((empty, "No image yet"), (waiting, "0 of 2 images counted so far: 2 waiting.")):
        html = site.page(f"/samples/{sample_id}")
        assert set(pooled(html).values()) == {"not available"}
        assert words in coverage(html)
        assert drawn(html) == []


def test_a_counted_image_shows_its_counts_and_draws_exactly_the_counted_cells(counting_site: Site) -> None:
    detail = counting_site.counted_sample("drawn-1")

    html = counting_site.page(f"/samples/{detail['id']}")

    # The fifth cell of the stand-in lies under the threshold: it is listed in the record and neither counted nor drawn.
    assert pooled(html) == {"RBC": "1", "WBC": "1", "PLT": "1", "NRBC": "1"}
    assert sorted(drawn(html)) == ["NRBC", "PLT", "RBC", "WBC"]
    assert coverage(html) == "The image is counted."
    assert "White cell, suggested neutrophil, probability 93 %, score 0.88" in html
    assert "test-counter 1.2.3" in html
    assert "a person reviews every count" in html
    assert "not reviewed by a person" in html


def test_a_counted_image_tells_its_types_and_the_sample_pools_them(counting_site: Site) -> None:
    detail = counting_site.counted_sample("types-1", ("a.png", png_of(92)), ("b.png", png_of(93)))

    html = counting_site.page(f"/samples/{detail['id']}")

    assert html.count("White cells: 1 neutrophil.") == html.count("Red cells: 1 target.") == 2
    assert re.search(r'data-type="Neutrophil">.*?>2</td>\s*<td class="number strong">100.0</td>', html, re.DOTALL)
    assert "Small n: 2 white cells identified." in html
    assert re.search(r'data-type="nrbc">.*?>2</td>.*?100.0 per 100 WBC', html, re.DOTALL)
    assert '<dt class="mono">Ta</dt><dd>Target cell</dd>' in html


def test_each_class_has_a_switch_that_needs_no_script(counting_site: Site) -> None:
    detail = counting_site.counted_sample("switches")

    html = counting_site.page(f"/samples/{detail['id']}")

    style = counting_site.client.get("/static/css/field.css").text
    for code in ("RBC", "WBC", "PLT", "NRBC"):
        assert f'<input type="checkbox" class="layer-box layer-{code}" checked>' in html
        assert f".field-card:has(.layer-{code}:not(:checked)) .cells-{code}" in style


def test_a_partial_count_never_looks_complete(counting_site: Site) -> None:
    detail = counting_site.counted_sample("partial", ("a.png", png_of(90)), ("dark.png", BLACK), ("b.png", png_of(91)))

    html = counting_site.page(f"/samples/{detail['id']}")

    assert detail["status"] == "attention"
    assert coverage(html) == "2 of 3 images counted: 1 refused. The counts leave these out."
    assert pooled(html)["RBC"].split() == ["2", "partial"]
    assert "Photograph the smear with the lamp on." in html


def test_text_from_outside_is_never_markup(counting_site: Site) -> None:
    attack = "<script>alert(1)</script>"
    answer = counting_site.client.post(
        "/samples",
        data={"accession_number": attack, "note": "<img src=x onerror=alert(2)>"},
        files={"files": ('"><svg onload=alert(3)>.png', png_of(77))},
    )
    sample_id = int(answer.url.path.rpartition("/")[2])
    counting_site.finished_sample(sample_id)

    pages = [counting_site.page(f"/samples/{sample_id}"), counting_site.page("/samples"), answer.text]
    taken = counting_site.client.post("/samples", data={"accession_number": attack}, files={"files": ("a", b"x")}).text

    for html in [*pages, taken]:
        assert "alert(1)" in html
        assert foreign_markup(html) == []


def test_a_page_names_no_script_or_style_of_its_own(counting_site: Site) -> None:
    detail = counting_site.counted_sample("policy")

    for address in ("/", "/samples", f"/samples/{detail['id']}", "/nowhere"):
        html = counting_site.client.get(address).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
        assert all(source.startswith("/static/") for source in re.findall(r'<script[^>]*src="([^"]*)"', html))
        assert not re.search(r"<script(?![^>]*src=)", html)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


def test_many_images_are_shown_page_by_page_and_counted_together(counting_site: Site) -> None:
    number = IMAGES_PER_PAGE + 1
    files = [(f"{index:03}.png", png_of(100 + index)) for index in range(number)]
    detail = counting_site.counted_sample("many", *files)

    first = counting_site.page(f"/samples/{detail['id']}")
    second = counting_site.page(f"/samples/{detail['id']}?page=2")
    beyond = counting_site.page(f"/samples/{detail['id']}?page=99")

    assert pooled(first)["RBC"] == pooled(second)["RBC"] == str(number)
    assert len(re.findall("<article", first)) == IMAGES_PER_PAGE
    assert len(re.findall("<article", second)) == len(re.findall("<article", beyond)) == 1
    assert 'rel="next" href="?page=2"' in first
    for before in (0, -3):
        assert 'rel="next" href="?page=2"' in counting_site.page(f"/samples/{detail['id']}?page={before}")
    assert "024.png" in second


def test_a_page_that_will_change_reloads_without_a_script_and_a_finished_one_does_not(
    site: Site, counting_site: Site
) -> None:
    waiting = site.new_sample("reload")
    site.upload(waiting, ("a.png", png_of(1)))
    finished = counting_site.counted_sample("no-reload")

    reload = '<noscript><meta http-equiv="refresh"'
    assert reload in site.page(f"/samples/{waiting}")
    assert reload not in counting_site.page(f"/samples/{finished['id']}")


def test_an_image_is_served_with_every_pixel_as_it_was_uploaded(site: Site) -> None:
    sample_id = site.new_sample("content")
    content = png_of(40)
    site.upload(sample_id, ("field; \u00e9.png", content))

    answer = site.client.get("/images/1/content")

    assert answer.content == content
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''field%3B%20%C3%A9.png"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_a_browser_cannot_show_is_shown_as_jpeg(site: Site) -> None:
    sample_id = site.new_sample("tiff")
    site.upload(sample_id, ("field.tif", tiff_image()), ("field.png", png_of(3)))

    assert site.client.get("/images/1/display").content[:3] == b"\xff\xd8\xff"
    assert site.client.get("/images/2/display").content == png_of(3)


@pytest.mark.parametrize(
    "address",
    [
        "/samples/404",
        "/samples/0",
        "/samples/-1",
        "/samples/abc",
        f"/samples/{10**30}",
        "/images/404/content",
        "/images/404/display",
        "/images/404/result.json",
        "/samples/404/counts.csv",
        "/samples/404/events",
    ],
)
def test_what_does_not_exist_is_a_page_in_words(site: Site, address: str) -> None:
    html = site.page(address, status=404)

    assert "<h1>Not found</h1>" in html
    assert 'href="/samples"' in html
