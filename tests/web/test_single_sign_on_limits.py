"""Single sign-on: answers without end, cookies that were planted, and what an admin can do about a link."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.db.repositories.audit_events import AuditFilter
from app.schemas.tokens import Role
from app.services.accounts import identity_provider, provider_memory, single_sign_on
from app.services.accounts.accounts import account_by_name, create_account
from app.services.accounts.identity_provider import CALLBACK_PATH, Identity
from app.services.audit import read_entries
from app.settings import Settings
from app.web.context import context_of
from tests.web.openid_provider import SaidProvider, visitor

PASSWORD = "seven drowsy llamas whistle"
COOKIE = "bloodcount_single_sign_on"
METADATA = "/.well-known/openid-configuration"


@pytest.fixture
def liar() -> Iterator[SaidProvider]:
    provider = SaidProvider()
    yield provider
    provider.close()


def add_linked_maria(client: TestClient, liar: SaidProvider) -> int:
    """An admin of the name maria who is linked with maria-7; gives the account's number."""
    assert isinstance(client.app, FastAPI)
    with context_of(client.app).database.unit_of_work() as session:
        create_account(session, name="maria", role=Role.ADMIN, password=PASSWORD, must_change_password=False)
        number = account_by_name(session, "maria").id
        single_sign_on.link_identity(session, number, Identity(liar.issuer, "maria-7", "Maria"))
    return number


def begin(client: TestClient, liar: SaidProvider) -> dict[str, str]:
    """Go to the provider, which lets maria-7 in; what it sends the browser back with."""
    begun = client.get("/login/single-sign-on")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    liar.claims = liar.statement(asked["nonce"])
    return {"code": "c", "state": asked["state"]}


def test_a_provider_that_is_slow_or_compresses_what_it_says_is_let_go(
    settings: Settings, liar: SaidProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compressed, a gigabyte passes for a megabyte; byte by byte, an answer passes every time-out of one read."""
    monkeypatch.setattr(provider_memory, "FAILURE_REMEMBERED_S", 0.0)
    with visitor(settings, liar.issuer) as client:
        liar.is_compressed = True
        assert "did not answer as it should (DecodingError)" in client.get("/login/single-sign-on").text

        liar.is_compressed = False
        monkeypatch.setattr(identity_provider, "_TIMEOUT_S", 0.3)
        liar.pause_s, liar.padding = 0.1, "x" * 1000
        slow = client.get("/login/single-sign-on")

        assert (slow.status_code, "did not answer as it should (ReadTimeout)" in slow.text) == (400, True)


def test_a_cookie_that_was_planted_leads_nowhere_else(settings: Settings, liar: SaidProvider) -> None:
    with visitor(settings, liar.issuer) as client:
        add_linked_maria(client, liar)
        brought = begin(client, liar)
        payload = json.loads(base64.urlsafe_b64decode(client.cookies[COOKIE]))[0]
        planted = payload.replace('"/"', '"https://elsewhere.example/"')
        assert planted != payload
        seal = hmac.new(b"", planted.encode(), hashlib.sha256).hexdigest()
        client.cookies.clear()
        client.cookies.set(COOKIE, base64.urlsafe_b64encode(json.dumps([planted, seal]).encode()).decode())

        back = client.get(CALLBACK_PATH, params=brought)

        assert (back.status_code, back.headers["location"]) == (303, "/")


def test_an_admin_sees_who_is_linked_and_unlinks_them_at_once(settings: Settings, liar: SaidProvider) -> None:
    with visitor(settings, liar.issuer) as client:
        number = add_linked_maria(client, liar)
        client.get(CALLBACK_PATH, params=begin(client, liar))
        page = client.get("/admin/accounts").text
        assert re.search(r'data-label="Signs in with">Password, single sign-on<', page)

        assert client.post(f"/admin/accounts/{number}/unlink").headers["location"] == "/admin/accounts"

        assert client.get("/admin/accounts", headers={"Accept": "text/html"}).headers["location"].startswith("/login")
        assert client.get(CALLBACK_PATH, params=begin(client, liar)).status_code == 403
        assert isinstance(client.app, FastAPI)
        with context_of(client.app).database.unit_of_work() as session:
            seen = [(entry.action, entry.subject_id) for entry in read_entries(session, AuditFilter())]
        assert ("identity.unlinked", str(number)) in [(action, str(subject)) for action, subject in seen]
        client.post("/login", data={"name": "maria", "password": PASSWORD})
        assert "/unlink" not in client.get("/admin/accounts").text
        assert client.post("/admin/accounts/999/unlink").status_code == 404


def test_a_stranger_makes_this_server_ask_the_provider_once_in_five_minutes(
    settings: Settings, liar: SaidProvider
) -> None:
    with visitor(settings, liar.issuer) as client:
        add_linked_maria(client, liar)
        for _ in range(50):
            assert client.get("/login/single-sign-on").status_code == 303
        assert liar.looked_at == [METADATA]

        # Who belongs here is let in meanwhile: nothing was counted against their address.
        assert client.get(CALLBACK_PATH, params=begin(client, liar)).status_code == 303
        assert liar.looked_at == [METADATA, "/keys"]


def test_a_provider_that_fails_is_not_asked_by_every_request_either(settings: Settings, liar: SaidProvider) -> None:
    with visitor(settings, liar.issuer) as client:
        liar.metadata = {"issuer": "https://elsewhere.example"}

        pages = [client.get("/login/single-sign-on") for _ in range(20)]

        assert {(page.status_code, "calls itself by another address" in page.text) for page in pages} == {(400, True)}
        assert liar.looked_at == [METADATA]
