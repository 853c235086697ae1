"""What a refused return from the provider leaves behind: an entry in the audit trail, and a wait after many."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.db.repositories.audit_events import AuditFilter
from app.services.accounts import throttling
from app.services.accounts.identity_provider import CALLBACK_PATH
from app.services.accounts.throttling import Allowance
from app.services.audit import read_entries
from app.settings import Settings
from tests.web.openid_provider import SaidProvider
from tests.web.test_single_sign_on import PASSWORD, add_maria, database_of, visitor


@pytest.fixture
def liar() -> Iterator[SaidProvider]:
    provider = SaidProvider()
    yield provider
    provider.close()


def refused(client: TestClient, liar: SaidProvider) -> Response:
    """Come back with a statement of another sign-in."""
    begun = client.get("/login/single-sign-on")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    liar.claims = liar.statement("another nonce")
    return client.get(CALLBACK_PATH, params={"code": "a-secret-code", "state": asked["state"][0]})


def test_a_refusal_is_in_the_audit_trail_with_its_reason_and_without_secrets(
    settings: Settings, liar: SaidProvider
) -> None:
    with visitor(settings, liar.issuer) as client:
        assert refused(client, liar).status_code == 400
        with database_of(client).unit_of_work() as session:
            entry = list(read_entries(session, AuditFilter()))[-1]

        assert (entry.action, entry.subject_id) == ("sign_in.failed", None)
        assert liar.issuer in entry.new_values
        assert "cannot be believed" in (entry.reason or "")
        assert "a-secret-code" not in entry.model_dump_json()
        assert liar.signed(liar.claims) not in entry.model_dump_json()


def test_after_many_refusals_the_provider_is_not_asked_but_passwords_work(
    settings: Settings, liar: SaidProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttling, "ADDRESS", Allowance(free_failures=-6, longest_wait_s=30))  # half a minute at once
    with visitor(settings, liar.issuer) as client:
        add_maria(client)
        assert refused(client, liar).status_code == 400
        asked_before = len(liar.asked)
        answer = refused(client, liar)

        assert (answer.status_code, len(liar.asked)) == (429, asked_before)
        assert 1 <= int(answer.headers["retry-after"]) <= 30
        assert client.post("/login", data={"name": "maria", "password": PASSWORD}).status_code == 303
