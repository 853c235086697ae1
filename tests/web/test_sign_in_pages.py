"""The pages to set up, sign in and out, and their cookies."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import update

from app.db.base import utc_now
from app.db.records import UserSessionRecord
from app.db.session import Database
from app.main import create_app
from app.schemas.tokens import Role
from app.services.accounts import throttling
from app.services.accounts.accounts import create_account
from app.services.accounts.setup_links import issue_setup_link
from app.settings import Settings
from app.web.context import context_of
from tests.web.site import Site

PASSWORD = "seven drowsy llamas whistle"
HTML = {"Accept": "text/html"}


def database_of(client: TestClient) -> Database:
    assert isinstance(client.app, FastAPI)
    return context_of(client.app).database


def add_account(client: TestClient, name: str = "maria", *, must_change: bool = False) -> None:
    with database_of(client).unit_of_work() as session:
        create_account(session, name=name, role=Role.TECHNICIAN, password=PASSWORD, must_change_password=must_change)


def setup_key(client: TestClient) -> str:
    with database_of(client).unit_of_work() as session:
        secret = issue_setup_link(session)
    assert secret is not None
    return secret


def test_the_set_up_page_makes_an_admin_who_is_signed_in(strangers_site: Site) -> None:
    client = strangers_site.client
    key = setup_key(client)
    assert "Nobody has an account yet" in client.get("/login").text

    assert "Make the first account" in client.get(f"/setup?key={key}").text
    weak = client.post("/setup", data={"key": key, "name": "first", "password": "password1234"})
    made = client.post("/setup", data={"key": key, "name": "first", "password": PASSWORD})

    assert (weak.status_code, "easy to guess" in weak.text, "password1234" in weak.text) == (422, True, False)
    assert (made.status_code, made.headers["location"]) == (303, "/")
    assert client.get("/admin/accounts").status_code == 200
    again = client.get(f"/setup?key={key}", headers=HTML)
    assert (again.status_code, "used already or is too old" in again.text) == (409, True)
    assert client.post("/setup", data={"key": key, "name": "x", "password": PASSWORD}).status_code == 409
    assert "Nobody has an account yet" not in client.get("/login", headers={"Cookie": ""}).text


def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_do_not_get(strangers_site: Site) -> None:
    add_account(strangers_site.client)

    answer = strangers_site.client.post("/login", data={"name": "maria", "password": PASSWORD, "next": "/samples"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/samples")
    cookies = answer.headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["bloodcount_session", "bloodcount_browser"]
    for cookie in cookies:
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
    assert strangers_site.page("/account").count("This browser") == 1


def test_over_tls_the_cookies_are_secure_and_bound_to_this_host(settings: Settings) -> None:
    app = create_app(settings, counting=False)
    with TestClient(app, base_url="https://testserver", follow_redirects=False) as client:
        add_account(client)
        answer = client.post("/login", data={"name": "maria", "password": PASSWORD})
        page = client.get("/account")
        planted = client.get("/account", headers={"Cookie": page.request.headers["cookie"].replace("__Host-", "")})

    for cookie in answer.headers.get_list("set-cookie"):
        assert re.match(r"__Host-bloodcount_\w+=[^;]+; .*HttpOnly; .*Path=/; SameSite=lax; Secure", cookie)
    assert "max-age=31536000; includeSubDomains" in answer.headers["strict-transport-security"]
    assert (page.status_code, planted.status_code) == (200, 303)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "",
        "/\n/x",
    ],
)
def test_signing_in_never_leads_to_another_site(strangers_site: Site, elsewhere: str) -> None:
    add_account(strangers_site.client)

    answer = strangers_site.client.post("/login", data={"name": "maria", "password": PASSWORD, "next": elsewhere})

    assert answer.headers["location"] == "/"


def test_a_wrong_password_is_told_and_the_name_kept(strangers_site: Site) -> None:
    add_account(strangers_site.client)

    answer = strangers_site.client.post(
        "/login", data={"name": "maria", "password": "wrong secret", "next": "/samples"}
    )

    assert answer.status_code == 401
    assert 'value="maria"' in answer.text
    assert 'value="/samples"' in answer.text
    assert "do not fit" in answer.text
    assert "wrong secret" not in answer.text
    assert "set-cookie" not in answer.headers


def test_too_many_wrong_passwords_have_to_wait(strangers_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    now = utc_now()
    monkeypatch.setattr(throttling, "utc_now", lambda: now)
    add_account(strangers_site.client)
    answers = [strangers_site.client.post("/login", data={"name": "maria", "password": "wrong"}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert "Too many sign-ins failed" in answers[-1].text


def test_a_new_sign_in_ends_the_browsers_former_session(strangers_site: Site) -> None:
    client = strangers_site.client
    add_account(client)
    client.post("/login", data={"name": "maria", "password": PASSWORD})
    planted = client.cookies["bloodcount_session"]
    client.post("/login", data={"name": "maria", "password": PASSWORD})

    assert client.cookies["bloodcount_session"] != planted
    client.cookies.set("bloodcount_session", planted, domain="testserver.local")
    assert client.get("/account", headers={"Cookie": f"bloodcount_session={planted}"}).status_code == 303


def test_signing_out_ends_the_session_on_the_server(strangers_site: Site) -> None:
    client = strangers_site.client
    add_account(client)
    client.post("/login", data={"name": "maria", "password": PASSWORD})
    secret = client.cookies["bloodcount_session"]

    answer = client.post("/logout")

    assert "You are signed out" in answer.text
    assert answer.headers["clear-site-data"] == '"cache"'
    assert "bloodcount_session" not in client.cookies
    assert client.get("/account", headers={"Cookie": f"bloodcount_session={secret}"}).status_code == 303


def test_a_session_of_another_browser_is_ended_from_the_account_page(strangers_site: Site) -> None:
    client = strangers_site.client
    add_account(client)
    other = TestClient(client.app, follow_redirects=False)
    for browser in (client, other):
        browser.post("/login", data={"name": "maria", "password": PASSWORD})
    (number,) = re.findall(r'action="/account/sessions/(\d+)/revoke"', client.get("/account").text)

    client.post(f"/account/sessions/{number}/revoke")

    assert (client.get("/account").status_code, other.get("/account").status_code) == (200, 303)


def test_nobody_ends_another_persons_session(strangers_site: Site) -> None:
    client = strangers_site.client
    add_account(client)
    add_account(client, "otto")
    other = TestClient(client.app, follow_redirects=False)
    client.post("/login", data={"name": "maria", "password": PASSWORD})
    other.post("/login", data={"name": "otto", "password": PASSWORD})

    answers = [client.post(f"/account/sessions/{number}/revoke") for number in range(1, 5)]

    assert [answer.status_code for answer in answers] == [303, 404, 404, 404] or answers[0].status_code == 303
    assert other.get("/account").status_code == 200


def test_an_open_page_keeps_no_session_alive(strangers_site: Site) -> None:
    client = strangers_site.client
    add_account(client)
    client.post("/login", data={"name": "maria", "password": PASSWORD})
    sample_id = strangers_site.new_sample("A-1")
    database = database_of(client)
    long_ago = utc_now() - timedelta(minutes=25)
    with database.unit_of_work() as session:
        session.execute(update(UserSessionRecord).values(seen_at=long_ago))

    def seen_at() -> object:
        with database.unit_of_work() as session:
            return session.get_one(UserSessionRecord, 1).seen_at

    assert client.get(f"/samples/{sample_id}/fragments").status_code == 200
    assert seen_at() == long_ago
    assert client.get(f"/samples/{sample_id}").status_code == 200
    assert seen_at() != long_ago


def test_a_password_that_an_admin_set_has_to_be_changed_first(strangers_site: Site) -> None:
    client = strangers_site.client
    add_account(client, must_change=True)
    signed_in = client.post("/login", data={"name": "maria", "password": PASSWORD})
    assert signed_in.status_code == 303

    page = client.get("/samples", headers=HTML)
    script = client.get("/samples", headers={"Accept": "application/json"})
    wrong = client.post("/account/password", data={"current": "wrong", "password": "nine purple otters juggle"})
    weak = client.post("/account/password", data={"current": PASSWORD, "password": "maria12345678"})
    same = client.post("/account/password", data={"current": PASSWORD, "password": PASSWORD})
    changed = client.post("/account/password", data={"current": PASSWORD, "password": "nine purple otters juggle"})

    assert (page.status_code, page.headers["location"]) == (303, "/account/password")
    assert (script.status_code, script.json()["error"]["code"]) == (403, "password_change_required")
    assert [answer.status_code for answer in (wrong, weak, same, changed)] == [422, 422, 422, 303]
    assert "not your present password" in wrong.text
    assert client.get("/samples").status_code == 200
    client.post("/logout")
    assert client.post("/login", data={"name": "maria", "password": PASSWORD}).status_code == 401
    assert client.post("/login", data={"name": "maria", "password": "nine purple otters juggle"}).status_code == 303


@pytest.mark.parametrize("path", ["/login", "/setup"])
def test_a_stranger_can_send_no_file(strangers_site: Site, path: str) -> None:
    """A form may come as one, and what a form holds is short: nobody fills the disk without signing in."""
    answer = strangers_site.client.post(path, files={"name": ("a.png", bytes(1_100_000))})

    assert answer.status_code == 413
    assert "1 MB" in answer.text
