"""Names by which the server is known; a stranger's name that points here opens nothing."""

import socket

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.web.site import Site

OWN = [
    "testserver",
    "TESTSERVER:8000",
    "localhost",
    "localhost.:9000",
    "127.0.0.1:8000",
    "10.1.2.3",
    "[::1]:8000",
    "[fe80::1]",
]
FOREIGN = [
    "evil.example",
    "evil.example:8000",
    "testserver.evil.example",
    "127.0.0.1.nip.example",
    "localhost@evil.example",
    "[evil]",
]


@pytest.mark.parametrize("host", OWN)
def test_its_own_names_and_addresses_are_answered(strangers_site: Site, host: str) -> None:
    assert strangers_site.client.get("/login", headers={"Host": host}).status_code == 200


def test_this_machines_name_is_answered(strangers_site: Site) -> None:
    assert strangers_site.client.get("/login", headers={"Host": socket.gethostname()}).status_code == 200


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("address", ["/login", "/api/v1/samples", "/static/css/base.css", "/healthz"])
def test_another_name_is_refused_in_words(strangers_site: Site, host: str, address: str) -> None:
    answer = strangers_site.client.get(address, headers={"Host": host})

    assert answer.status_code == 421
    assert "BLOODCOUNT_ALLOWED_HOSTS" in answer.text
    assert "content-security-policy" in answer.headers


def test_the_settings_add_names(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"allowed_hosts": " lab.example , count.lab.example "}), counting=False)
    with TestClient(app) as client:
        answers = [
            client.get("/healthz", headers={"Host": host}) for host in ("lab.example", "COUNT.lab.example:1", "x")
        ]

    assert [answer.status_code for answer in answers] == [200, 200, 421]
