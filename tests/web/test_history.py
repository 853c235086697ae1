"""The list of samples."""

import re
from html import unescape

import pytest

from app.web.history_view import PAGE_SIZE
from tests.web.image_files import png_of
from tests.web.site import Site


def listed(html: str) -> list[str]:
    """The accession numbers on a page of the list, from top to bottom."""
    return re.findall(r'<a href="/samples/\d+">([^<]*)</a>', html)


def link(html: str, words: str) -> str | None:
    """The address that a link leads to; None where there is no such link."""
    found = re.search(rf'href="([^"]*)">{words}</a>', html)
    return unescape(found[1]) if found else None


def test_an_empty_list_says_how_to_begin(site: Site) -> None:
    html = site.page("/samples")

    assert "No samples yet" in html
    assert '<a class="button" href="/">' in html


def test_samples_are_listed_newest_first_and_found_by_any_part_of_their_number(site: Site) -> None:
    for number in ("24-0001", "24-0002", "AB-7"):
        site.new_sample(number)

    assert listed(site.page("/samples")) == ["AB-7", "24-0002", "24-0001"]
    assert listed(site.page("/samples?query=24-&status=")) == ["24-0002", "24-0001"]
    assert listed(site.page("/samples?query=ab-7")) == ["AB-7"]
    assert "No sample matches" in site.page("/samples?query=25-")


def test_a_percent_sign_is_searched_for_and_matches_only_itself(site: Site) -> None:
    for number in ("10%", "100"):
        site.new_sample(number)

    assert listed(site.page("/samples?query=0%25")) == ["10%"]


def test_samples_are_found_by_status(site: Site) -> None:
    site.new_sample("none")
    site.upload(site.new_sample("waiting"), ("a.png", png_of(1)))

    assert listed(site.page("/samples?status=empty")) == ["none"]
    assert listed(site.page("/samples?status=queued")) == ["waiting"]
    assert '<option value="queued" selected>' in site.page("/samples?status=queued")
    # A status that does not exist can only come from an address typed by hand: it is as if none was asked for.
    assert len(listed(site.page("/samples?status=nonsense"))) == 2


def test_older_and_newer_keep_what_was_asked_for(site: Site) -> None:
    for index in range(PAGE_SIZE + 1):
        site.new_sample(f"S-{index:03}")

    older = link(site.page("/samples?query=s-&since=2020-01-01&review="), "Older")

    assert older is not None
    assert "query=s-" in older
    assert "since=2020-01-01" in older
    assert listed(site.page(older)) == ["S-000"]
    assert listed(site.page("/samples?query=s-&until=2020-01-01")) == []
    assert listed(site.page("/samples?query=s-&review=yes")) == []


def test_older_and_newer_lead_through_all_samples_and_back(site: Site) -> None:
    numbers = [f"S-{index:03}" for index in range(2 * PAGE_SIZE + 3)]
    for number in numbers:
        site.new_sample(number)
    site.new_sample("other")

    pages = [site.page("/samples?query=S-")]
    while older := link(pages[-1], "Older"):
        pages.append(site.page(older))
    back = [pages[-1]]
    while newer := link(back[-1], "Newer"):
        back.append(site.page(newer))

    assert [number for page in pages for number in listed(page)] == numbers[::-1]
    assert [len(listed(page)) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 3]
    assert [listed(page) for page in back] == [listed(page) for page in pages[::-1]]


def test_samples_that_arrive_meanwhile_do_not_shift_the_older_pages(site: Site) -> None:
    for index in range(PAGE_SIZE + 1):
        site.new_sample(f"S-{index:03}")
    older = link(site.page("/samples"), "Older")
    assert older is not None

    site.new_sample("new")

    assert listed(site.page(older)) == ["S-000"]


@pytest.mark.parametrize(
    "address", ["/samples?after=nonsense", "/samples?after=%00", "/samples?query=" + "x" * 65, "/samples?since=May"]
)
def test_an_address_that_makes_no_sense_is_answered_in_words(site: Site, address: str) -> None:
    html = site.page(address, status=422)

    assert "Something in the form is not right" in html


def test_a_sample_without_counts_says_so(site: Site, counting_site: Site) -> None:
    site.new_sample("nothing")
    counting_site.counted_sample("listed", ("a.png", png_of(33)), ("dark.png", png_of(0)))

    html = counting_site.page("/samples?query=listed")

    assert "counts not available" in site.page("/samples")
    assert "counts not available" not in html
    assert "1 of 2" in html
    assert "Needs attention" in html
