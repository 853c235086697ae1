"""Errors in words: a page for a person, JSON for a program, never a stack trace."""

import pytest
from fastapi.testclient import TestClient

from app.errors import StorageFull
from app.main import create_app
from app.settings import Settings
from app.web.access_rules import OPEN
from tests.web.site import Site


@pytest.fixture
def broken_site(settings: Settings) -> Site:
    """An application with three routes that fail in ways nobody foresaw."""
    app = create_app(settings, counting=False)

    @app.get("/crash")
    def crash() -> None:
        raise ZeroDivisionError("secret detail of the patient 24-0815")

    @app.get("/api/v1/crash")
    def crash_in_api() -> None:
        raise ZeroDivisionError("secret detail")

    @app.get("/full")
    def full() -> None:
        raise StorageFull

    for path in ("/crash", "/api/v1/crash", "/full"):
        app.state.access_rules[f"GET {path}"] = OPEN
    return Site(TestClient(app))


def test_a_crash_is_a_page_with_a_number_to_report_and_no_detail(broken_site: Site) -> None:
    with broken_site.client:
        answer = broken_site.client.get("/crash")

    assert answer.status_code == 500
    assert "<h1>Something went wrong</h1>" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "content-security-policy" in answer.headers


def test_a_crash_in_the_api_is_json(broken_site: Site) -> None:
    with broken_site.client:
        answer = broken_site.client.get("/api/v1/crash")

    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
    assert "secret" not in answer.text


def test_an_error_of_the_application_keeps_its_status_and_words(broken_site: Site) -> None:
    with broken_site.client:
        page = broken_site.client.get("/full", headers={"Accept": "text/html"})
        script = broken_site.client.get("/full", headers={"Accept": "application/json"})

    assert (page.status_code, "The image store is full" in page.text) == (507, True)
    assert (script.status_code, script.json()["error"]["code"]) == (507, "storage_full")


@pytest.mark.parametrize(
    ("method", "address", "status", "words"),
    [
        ("GET", "/nowhere", 404, "There is nothing at this address"),
        ("GET", "/samples/17", 404, "There is no sample number 17"),
        ("PUT", "/samples", 405, "does not take this kind of request"),
        ("GET", "/static/nothing.css", 404, "There is nothing at this address"),
        ("GET", "/static/../app/main.py", 404, "There is nothing at this address"),
        ("GET", "/static/%2e%2e/app/main.py", 404, "There is nothing at this address"),
    ],
)
def test_an_error_page_says_what_to_do_next(site: Site, method: str, address: str, status: int, words: str) -> None:
    answer = site.client.request(method, address, headers={"Accept": "text/html"})

    assert answer.status_code == status
    assert words in answer.text
    assert 'href="/samples"' in answer.text
