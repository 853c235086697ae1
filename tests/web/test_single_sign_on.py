"""Single sign-on: with a real provider as a process of its own, and with one that lies."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import update

from app.db.base import utc_now
from app.db.records import AccountRecord
from app.db.repositories.audit_events import AuditFilter
from app.db.session import Database
from app.main import create_app
from app.schemas.tokens import Role
from app.services.accounts import provider_memory
from app.services.accounts import sign_in as sign_in_service
from app.services.accounts.accounts import create_account
from app.services.accounts.identity_provider import CALLBACK_PATH
from app.services.audit import read_entries
from app.settings import Settings
from app.web.context import context_of
from tests.web.openid_provider import CLIENT_ID, PUBLIC_URL, SaidProvider, let_in, real_provider, visitor

PASSWORD = "seven drowsy llamas whistle"


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in_service, "is_password", lambda password, hashed: bool(hashed) and password == PASSWORD)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with real_provider() as address:
        yield address


@pytest.fixture
def liar() -> Iterator[SaidProvider]:
    provider = SaidProvider()
    yield provider
    provider.close()


def database_of(client: TestClient) -> Database:
    assert isinstance(client.app, FastAPI)
    return context_of(client.app).database


def add_maria(client: TestClient) -> None:
    with database_of(client).unit_of_work() as session:
        create_account(session, name="maria", role=Role.TECHNICIAN, password=PASSWORD, must_change_password=False)


def sign_in(client: TestClient) -> None:
    assert client.post("/login", data={"name": "maria", "password": PASSWORD}).status_code == 303


def actions(client: TestClient) -> list[str]:
    """What the audit trail holds, oldest first."""
    with database_of(client).unit_of_work() as session:
        return [entry.action for entry in read_entries(session, AuditFilter())]


def address_to_go_on_to(page: str) -> str:
    found = page.partition('class="button" href="')[2].partition('"')[0]
    return found.replace("&amp;", "&")


def link(client: TestClient, subject: str) -> Response:
    page = client.post("/account/single-sign-on", data={"password": PASSWORD})
    assert page.status_code == 200, page.text
    return client.get(CALLBACK_PATH, params=let_in(address_to_go_on_to(page.text), subject))


def enter(client: TestClient, subject: str, *, next_address: str = "/samples") -> Response:
    begun = client.get("/login/single-sign-on", params={"next": next_address})
    assert begun.status_code == 303, begun.text
    return client.get(CALLBACK_PATH, params=let_in(begun.headers["location"], subject))


def test_a_linked_person_signs_in_with_the_provider_and_without_a_password(settings: Settings, issuer: str) -> None:
    with visitor(settings, issuer) as client:
        add_maria(client)
        assert "Sign in with your hospital account" in client.get("/login").text
        sign_in(client)

        assert link(client, "maria-7").headers["location"] == "/account?done=linked"
        assert "Linked: your hospital account signs you in" in client.get("/account").text
        before = client.cookies["bloodcount_session"]
        client.post("/logout")
        back = enter(client, "maria-7")

        assert (back.status_code, back.headers["location"]) == (303, "/samples")
        assert client.cookies["bloodcount_session"] != before
        assert client.get("/samples").status_code == 200
        assert "identity.linked" in actions(client)


def test_who_is_not_linked_is_told_and_not_let_in(settings: Settings, issuer: str) -> None:
    with visitor(settings, issuer) as client:
        add_maria(client)
        answer = enter(client, "maria")  # the name of an account is no identity

        assert answer.status_code == 403
        assert "no account of this Bloodcount is linked with you" in answer.text
        assert client.get("/samples", headers={"Accept": "text/html"}).status_code == 303
        assert actions(client)[-1] == "sign_in.failed"


def test_unlinked_or_disabled_accounts_are_not_let_in(settings: Settings, issuer: str) -> None:
    with visitor(settings, issuer) as client:
        add_maria(client)
        sign_in(client)
        link(client, "maria-8")
        with database_of(client).unit_of_work() as session:
            session.execute(update(AccountRecord).values(disabled_at=utc_now()))
        assert enter(client, "maria-8").status_code == 403
        with database_of(client).unit_of_work() as session:
            session.execute(update(AccountRecord).values(disabled_at=None))
        assert enter(client, "maria-8").status_code == 303

        assert client.post("/account/single-sign-on/unlink").status_code == 303
        client.post("/logout")

        assert enter(client, "maria-8").status_code == 403
        assert "identity.unlinked" in actions(client)


def test_linking_asks_for_the_password_and_an_identity_links_one_account(settings: Settings, issuer: str) -> None:
    with visitor(settings, issuer) as client:
        add_maria(client)
        sign_in(client)
        refused = client.post("/account/single-sign-on", data={"password": "a guess"})
        assert (refused.status_code, "not your password" in refused.text) == (422, True)
        link(client, "maria-9")
        with database_of(client).unit_of_work() as session:
            create_account(session, name="otto", role=Role.ADMIN, password=PASSWORD, must_change_password=False)
        client.post("/login", data={"name": "otto", "password": PASSWORD})

        taken = link(client, "maria-9")

        assert (taken.status_code, "linked with another account" in taken.text) == (409, True)


def test_only_the_browser_that_began_ends_it_and_only_once(settings: Settings, issuer: str) -> None:
    with visitor(settings, issuer) as client:
        add_maria(client)
        sign_in(client)
        link(client, "maria-10")
        client.post("/logout")
        begun = client.get("/login/single-sign-on")
        brought = let_in(begun.headers["location"], "maria-10")
        own_cookie = client.cookies["bloodcount_single_sign_on"]

        client.cookies.clear()
        elsewhere = client.get(CALLBACK_PATH, params=brought)
        client.cookies.set("bloodcount_single_sign_on", own_cookie)
        forged = client.get(CALLBACK_PATH, params={**brought, "state": "x" * 43})
        client.cookies.set("bloodcount_single_sign_on", own_cookie)
        first = client.get(CALLBACK_PATH, params=brought)
        client.cookies.set("bloodcount_single_sign_on", own_cookie)
        again = client.get(CALLBACK_PATH, params=brought)

        assert [elsewhere.status_code, forged.status_code, first.status_code, again.status_code] == [400, 400, 303, 400]
        assert "did not begin this sign-in" in elsewhere.text


def test_a_link_that_another_session_began_links_nothing(settings: Settings, issuer: str) -> None:
    """Somebody who plants a cookie of theirs must not get their identity into another person's account."""
    with visitor(settings, issuer) as client:
        add_maria(client)
        sign_in(client)
        page = client.post("/account/single-sign-on", data={"password": PASSWORD})
        brought = let_in(address_to_go_on_to(page.text), "stranger")
        planted = client.cookies["bloodcount_single_sign_on"]
        client.cookies.clear()
        sign_in(client)
        client.cookies.set("bloodcount_single_sign_on", planted)

        answer = client.get(CALLBACK_PATH, params=brought)

        assert answer.status_code == 400
        assert "identity.linked" not in actions(client)


def said(client: TestClient, liar: SaidProvider, **claims: object) -> Response:
    """Sign in with a statement of which some claims are replaced; ``token`` replaces it as a whole."""
    begun = client.get("/login/single-sign-on")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    assert (asked["code_challenge_method"], asked["redirect_uri"]) == ("S256", PUBLIC_URL + CALLBACK_PATH)
    liar.claims = liar.statement(asked["nonce"], **claims)
    return client.get(CALLBACK_PATH, params={"code": "c", "state": asked["state"]})


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://elsewhere.example"},
        {"aud": "another-program"},
        {"aud": [CLIENT_ID, "another-program"], "azp": "another-program"},
        {"exp": 1_700_000_000, "iat": 1_699_999_000},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": "maria\x00"},
        {"sub": "märia"},
    ],
    ids=str,
)
def test_statements_that_are_not_about_this_sign_in_are_refused(
    settings: Settings, liar: SaidProvider, claims: dict[str, object]
) -> None:
    with visitor(settings, liar.issuer) as client:
        answer = said(client, liar, **claims)

        assert (answer.status_code, "cannot be believed" in answer.text) == (400, True)


def test_a_true_statement_of_the_same_provider_is_believed(settings: Settings, liar: SaidProvider) -> None:
    """So the refusals above are not those of a provider that never works."""
    with visitor(settings, liar.issuer) as client:
        answer = said(client, liar)

        assert (answer.status_code, "no account of this Bloodcount is linked" in answer.text) == (403, True)
        assert "code_verifier=" in liar.asked[0]


@pytest.mark.parametrize("forgery", ["none", "shared secret", "another key", "unknown key"])
def test_statements_without_the_providers_own_signature_are_refused(
    settings: Settings, liar: SaidProvider, forgery: str
) -> None:
    with visitor(settings, liar.issuer) as client:
        begun = client.get("/login/single-sign-on")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
        claims = liar.statement(asked["nonce"])
        if forgery == "none":
            liar.token = "eyJhbGciOiJub25lIn0." + liar.signed(claims).split(".")[1] + "."
        elif forgery == "shared secret":
            public = liar.key.as_pem(private=False)
            liar.token = liar.signed(claims, alg="HS256", key=OctKey.import_key(public.replace(b"-----", b"")))
        elif forgery == "another key":
            liar.token = liar.signed(claims, key=RSAKey.generate_key(2048))
        else:
            liar.token = liar.signed(claims, kid="two")

        answer = client.get(CALLBACK_PATH, params={"code": "c", "state": asked["state"]})

        assert (answer.status_code, "cannot be believed" in answer.text) == (400, True)


def test_a_provider_that_is_away_or_says_too_much_or_another_name_is_told(
    settings: Settings, liar: SaidProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_memory, "FAILURE_REMEMBERED_S", 0.0)
    with visitor(settings, liar.issuer) as client:
        liar.metadata = {"issuer": "https://elsewhere.example"}
        assert "calls itself by another address" in client.get("/login/single-sign-on").text
        liar.metadata = {"token_endpoint": "http://elsewhere.example/token"}
        assert "token_endpoint is missing or not encrypted" in client.get("/login/single-sign-on").text
        liar.metadata, liar.padding = {}, "x" * 2_000_000
        assert "did not answer as it should" in client.get("/login/single-sign-on").text
        liar.close()
        away = client.get("/login/single-sign-on")

        assert (away.status_code, "did not answer as it should" in away.text) == (400, True)
        assert client.get("/login").status_code == 200


def test_without_settings_there_is_no_button_and_no_way_in(settings: Settings) -> None:
    with TestClient(create_app(settings, counting=False), follow_redirects=False) as client:
        assert "Sign in with" not in client.get("/login").text
        answer = client.get("/login/single-sign-on")

        assert (answer.status_code, "not set up on this server" in answer.text) == (400, True)
