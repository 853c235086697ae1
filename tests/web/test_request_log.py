"""Log lines: one a request, with its number, and never with an accession number."""

import json
import re

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.access_rules import OPEN
from tests.signing_in import sign_in
from tests.web.image_files import png_of


def visit(settings: Settings) -> None:
    """A visit that names a sample wherever a name can stand, and meets a crash in a function that knows it."""
    app = create_app(settings, counting=False)

    @app.get("/crash")
    def crash() -> int:
        accession_number = "01-TERCES"[::-1]  # the trace shows this line as it stands here
        return len(accession_number) // 0

    app.state.access_rules["GET /crash"] = OPEN
    with TestClient(app) as client:
        sign_in(client)
        form = {"accession_number": "SECRET-7", "note": "SECRET-8"}
        client.post(
            "/samples",
            data=form,
            files={"files": ("SECRET-9.png", png_of(1))},
            headers={"X-Request-ID": "given-by-proxy"},
        )
        client.post("/samples", data=form, files={"files": ("a.png", png_of(1))})
        client.get("/samples?query=SECRET-7")
        client.get("/SECRET-7")
        client.get("/samples/1", headers={"X-Request-ID": "two\tlines and spaces"})
        client.get("/crash")


@pytest.fixture
def lines(settings: Settings, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """The log lines of the visit, as a machine reads them."""
    visit(settings.model_copy(update={"log_format": "json"}))
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if "httpx2" not in line]


def requests_in(lines: list[dict[str, object]]) -> list[dict[str, object]]:
    """The lines that tell how a request ended."""
    return [line for line in lines if line["event"] == "request"]


def test_no_line_names_a_sample(lines: list[dict[str, object]]) -> None:
    assert len(lines) > 5
    assert "SECRET" not in json.dumps(lines)


def test_no_line_for_people_names_a_sample_either(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    visit(settings)

    text = "\n".join(line for line in capsys.readouterr().err.splitlines() if "httpx2" not in line)
    assert "ZeroDivisionError" in text
    assert "SECRET" not in text


def test_every_request_has_one_line_with_its_route_status_and_time(lines: list[dict[str, object]]) -> None:
    ended = [(line["method"], line["route"], line["status"]) for line in requests_in(lines)]

    # The first form leads to the sample's page by a redirect.
    assert ended == [
        ("POST", "/samples", 303),
        ("GET", "/samples/{sample_id}", 200),
        ("POST", "/samples", 409),
        ("GET", "/samples", 200),
        ("GET", "unmatched", 404),
        ("GET", "/samples/{sample_id}", 200),
        ("GET", "/crash", 500),
    ]
    assert all(isinstance(line["duration_ms"], float) for line in requests_in(lines))


def test_a_request_keeps_the_number_its_proxy_gave_and_no_other_text(lines: list[dict[str, object]]) -> None:
    numbers = [str(line["request_id"]) for line in requests_in(lines)]

    assert numbers[0] == "given-by-proxy"
    assert all(re.fullmatch(r"[0-9a-f]{16}", number) for number in numbers[2:])


def test_an_accepted_image_joins_the_request_with_the_image(lines: list[dict[str, object]]) -> None:
    [accepted] = [line for line in lines if line["event"] == "image_accepted"]

    assert accepted["request_id"] == "given-by-proxy"
    assert (accepted["sample_id"], accepted["image_id"], accepted["priority"]) == (1, 1, "interactive")


def test_a_crash_is_logged_with_its_trace_under_the_same_number(lines: list[dict[str, object]]) -> None:
    (crash,) = [line for line in lines if line["event"] == "request_crashed"]

    assert "ZeroDivisionError" in str(crash["exception"])
    assert crash["request_id"] == requests_in(lines)[-1]["request_id"]
