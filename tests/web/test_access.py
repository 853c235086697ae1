"""Every route, walked as nobody, technician, reviewer, admin and with tokens: what is not allowed is refused."""

from collections.abc import Iterator, Sequence

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from app.main import create_app
from app.schemas.audit import AuditAction
from app.schemas.permissions import ROLE_PERMISSIONS, Permission, token_permissions
from app.schemas.tokens import Role
from app.services.accounts.tokens import create_token
from app.settings import Settings
from app.web.access_rules import ACCESS_RULES, Rule
from app.web.context import context_of
from app.web.route_table import RouteTable
from tests.signing_in import sign_in
from tests.web.site import Site

REFUSED = {401, 403}
_ROUTES = sorted(ACCESS_RULES)
_NUMBERS = {
    "{sample_id}": "1",
    "{image_id}": "1",
    "{account_id}": "77",
    "{session_id}": "77",
    "{token_id}": "77",
    "{batch_id}": "77",
    "{file_id}": "77",
    "{version}": "1",
    "{analysis_id}": "1",
    "{origin}": "network",
    "{cell_class}": "WBC",
    "{number}": "0",
    "{differential_id}": "77",
    "{reference_cell_id}": "77",
    "{lot_id}": "77",
    "{run_id}": "77",
    "{check_id}": "77",
}
"""Numbers of accounts, sessions and tokens that do not exist: the walk shall end nobody's session, its own included."""


def application(client: TestClient) -> FastAPI:
    assert isinstance(client.app, FastAPI)
    return client.app


def send(client: TestClient, key: str, **headers: str) -> Response:
    """Send the barest request that leads to a route, as a script would."""
    method, _, path = key.partition(" ")
    for name, number in _NUMBERS.items():
        path = path.replace(name, number)
    if path.endswith("/events"):
        path += "?seen=x"
    return client.request(method, path, headers={"Accept": "application/json"} | headers)


def make_token(client: TestClient, role: Role, scopes: Sequence[str] | None = None) -> str:
    with context_of(application(client)).database.unit_of_work() as session:
        return create_token(session, name="walker", role=role, scopes=scopes)


def takes_tokens(key: str) -> bool:
    return " /api/" in key or key == "GET /metrics"


def is_open(rule: Rule) -> bool:
    return rule.permission is None


def test_every_route_has_a_rule_and_every_rule_a_route(site: Site) -> None:
    keys = set(RouteTable(application(site.client)).keys()) - {"HEAD /api/v1/openapi.json"}  # as the GET beside it

    assert keys - set(ACCESS_RULES) == set(), "these routes need a line in app/web/access_rules.py"
    assert set(ACCESS_RULES) - keys == set(), "these rules belong to no route"


def test_only_these_routes_are_open_to_everybody() -> None:
    assert {key for key, rule in ACCESS_RULES.items() if is_open(rule)} == {
        *("GET /healthz", "HEAD /healthz", "GET /readyz", "HEAD /readyz"),
        *("GET /login", "POST /login", "GET /setup", "POST /setup", "GET /static"),
        *("GET /login/single-sign-on", "GET /login/single-sign-on/back"),
    }


def test_every_route_that_shows_samples_leaves_a_note() -> None:
    without_data = {
        *("GET /", "GET /example.jpg", "GET /api/v1/openapi.json", "GET /batches/new"),
        *("GET /reference-ranges", "GET /reference-ranges/{version}"),
        *("POST /sending/batches/preview", "POST /api/v1/batches/preview"),  # about files that were not sent yet
    }
    shown = {key for key, rule in ACCESS_RULES.items() if rule.permission is Permission.SAMPLES_READ}

    assert {key for key in shown if ACCESS_RULES[key].event is None} == without_data


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """One running application for all walks."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("walk") / "data", allowed_hosts="testserver")
    app = create_app(settings, counting=False)
    with TestClient(app), pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.web.live_board.LONGEST_SECONDS", 0.2)  # the queue's events go on for a minute
        yield app


def test_nobody_opens_anything_but_what_is_open(walked: FastAPI) -> None:
    client = TestClient(walked, follow_redirects=False)
    for key, rule in ACCESS_RULES.items():
        answer = send(client, key)

        if is_open(rule):
            assert answer.status_code not in REFUSED or key == "POST /login", key
        else:
            wanted = "invalid_token" if takes_tokens(key) else "sign_in_required"
            assert answer.status_code == 401, key
            assert key.startswith("HEAD ") or answer.json()["error"]["code"] == wanted, key


@pytest.mark.parametrize("role", Role)
def test_a_person_may_do_what_the_role_says(walked: FastAPI, role: Role) -> None:
    client = TestClient(walked, follow_redirects=False)
    Site(sign_in(client)).new_sample(f"walk-{role}")
    for key in _ROUTES:
        if key == "POST /logout":
            continue
        sign_in(client, role=role)
        permission = ACCESS_RULES[key].permission
        may = permission is None or permission in ROLE_PERMISSIONS[role]
        answer = send(client, key)

        # A wrong password is no question of the role.
        assert (answer.status_code not in REFUSED or key == "POST /login") == may, (key, answer.text)
    sign_in(client, role=role)
    assert send(client, "POST /logout").status_code == 200
    assert send(client, "GET /account").status_code == 401


@pytest.mark.parametrize("role", Role)
def test_a_token_opens_the_api_alone_and_there_what_its_role_may(walked: FastAPI, role: Role) -> None:
    client = TestClient(walked, follow_redirects=False)
    bearer = f"Bearer {make_token(client, role)}"
    for key in _ROUTES:
        permission = ACCESS_RULES[key].permission
        may = permission is None or (takes_tokens(key) and permission in token_permissions(role, None))
        answer = send(client, key, Authorization=bearer)

        assert (answer.status_code not in REFUSED or key == "POST /login") == may, (key, answer.text)


@pytest.mark.parametrize("scope", [Permission.SAMPLES_READ, Permission.SAMPLES_WRITE, Permission.METRICS_READ])
def test_a_tokens_scope_limits_it_further(walked: FastAPI, scope: Permission) -> None:
    client = TestClient(walked, follow_redirects=False)
    bearer = f"Bearer {make_token(client, Role.ADMIN, [scope])}"
    for key in filter(takes_tokens, _ROUTES):
        may = ACCESS_RULES[key].permission is scope

        assert (send(client, key, Authorization=bearer).status_code not in REFUSED) == may, key


def test_a_route_without_a_rule_is_refused_even_to_an_admin(settings: Settings) -> None:
    app = create_app(settings, counting=False)
    reached = []

    @app.get("/forgotten")
    def forgotten() -> None:
        reached.append(True)

    with TestClient(app) as client:
        stranger, admin = send(client, "GET /forgotten"), send(sign_in(client), "GET /forgotten")

    assert (stranger.status_code, admin.status_code) == (401, 403)
    assert admin.json()["error"]["code"] == "access_refused"
    assert reached == []


def test_a_route_that_the_guard_takes_for_another_is_refused_from_inside(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings, counting=False)
    found = RouteTable.find
    monkeypatch.setattr(
        RouteTable,
        "find",
        lambda table, method, path: found(table, method, "/healthz" if path == "/samples" else path),
    )
    with TestClient(app) as client:
        answer = send(client, "GET /samples")

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "access_refused")


@pytest.mark.parametrize("address", ["/samples/", "//samples", "/samples/%2e", "/SAMPLES", "/samples;x", "/./samples"])
def test_other_ways_to_write_an_address_open_nothing(strangers_site: Site, address: str) -> None:
    site = Site(sign_in(TestClient(application(strangers_site.client))))
    site.new_sample("SECRET-1")

    answer = strangers_site.client.get(address)

    assert answer.status_code in {303, 307, 401, 404}
    assert "SECRET-1" not in answer.text


def test_a_web_socket_is_refused(site: Site) -> None:
    with pytest.raises(RuntimeError, match="no route takes websocket"), site.client.websocket_connect("/samples"):
        pass


@pytest.mark.parametrize("wanted", ["/samples/3?page=2", "/samples?query=a%26b&status="])
def test_a_page_leads_to_the_sign_in_and_back(strangers_site: Site, wanted: str) -> None:
    answer = strangers_site.client.get(wanted, headers={"Accept": "text/html"})

    assert answer.status_code == 303
    page = strangers_site.client.get(answer.headers["location"])
    assert f'name="next" value="{wanted.replace("&", "&amp;")}"' in page.text


def test_a_form_of_a_person_whose_session_ended_says_how_to_lose_nothing(strangers_site: Site) -> None:
    answer = strangers_site.client.post(
        "/samples", data={"accession_number": "A"}, headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    )

    assert answer.status_code == 401
    assert "Sign in in a new tab" in answer.text
    assert "send the form once more" in answer.text


def test_a_strangers_upload_is_refused_before_it_is_read(strangers_site: Site) -> None:
    answer = strangers_site.client.post("/api/v1/samples/1/images", files={"files": ("a.png", b"x" * 100_000)})

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_token")


def test_measurements_are_open_to_programs_on_this_machine_and_to_tokens(strangers_site: Site) -> None:
    app = application(strangers_site.client)
    here = TestClient(app, client=("127.0.0.1", 4711))
    assert here.get("/metrics").status_code == 200
    assert here.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401
    assert here.get("/samples", headers={"Accept": "application/json"}).status_code == 401
    token = make_token(here, Role.TECHNICIAN, ["metrics:read"])
    elsewhere = TestClient(app, client=("10.0.0.7", 4711))
    assert elsewhere.get("/metrics").status_code == 401
    assert elsewhere.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_refusal_names_the_permission_and_is_noted(site: Site) -> None:
    sign_in(site.client, role=Role.TECHNICIAN)

    page = site.page("/admin/accounts", status=403)
    site.page("/admin/accounts", status=403)

    assert "needs the permission &#39;accounts:manage&#39;" in page
    assert "Ask an admin" in page
    sign_in(site.client)
    assert site.page(f"/admin/audit?action={AuditAction.ACCESS_REFUSED}").count("test-technician") == 1
