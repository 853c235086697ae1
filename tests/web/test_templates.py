"""Every template can be read, and every page has a title, a language and one main heading."""

import re

import pytest

from app.web.templating import grouped, megabytes, page_environment
from tests.web.site import Site

TEMPLATES = page_environment().list_templates()
PAGES = [name for name in TEMPLATES if "/" not in name and name != "base.html"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_can_be_compiled(name: str) -> None:
    assert page_environment().get_template(name).name == name


@pytest.mark.parametrize("name", PAGES)
def test_every_page_names_itself(name: str) -> None:
    assert "title" in page_environment().get_template(name).blocks


@pytest.mark.parametrize("address", ["/", "/samples", "/samples/1", "/samples/99"])
def test_a_page_has_what_assistive_technology_needs(site: Site, address: str) -> None:
    site.new_sample("24-1")

    html = site.client.get(address).text

    assert '<html lang="en">' in html
    assert re.search(r"<title>[^<]+ · Bloodcount</title>", html)
    assert len(re.findall("<h1[ >]", html)) == 1
    assert 'class="skip-link" href="#main"' in html
    labels = set(re.findall(r'<label for="([^"]+)"', html))
    fields = set(re.findall(r'<(?:input|textarea|select)[^>]*\sid="([^"]+)"', html))
    assert fields == labels
    identifiers = re.findall(r'\sid="([^"]+)"', html)
    assert len(identifiers) == len(set(identifiers))
    described = {
        name for names in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', html) for name in names.split()
    }
    assert described <= set(identifiers)


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0"), (999, "999"), (12345, "12\u202f345"), (1234567, "1\u202f234\u202f567")]
)
def test_numbers_keep_their_thousands_apart(value: int, words: str) -> None:
    assert grouped(value) == words


@pytest.mark.parametrize(("value", "words"), [(150_000_000, "150 MB"), (200_000, "0.2 MB"), (4_000_000_000, "4 GB")])
def test_limits_read_as_people_write_them(value: int, words: str) -> None:
    assert megabytes(value) == words
