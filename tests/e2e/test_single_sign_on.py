"""Single sign-on in a real browser, at a real provider of another site: cookies and the strict policy let it pass."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.db.session import create_database
from app.schemas.tokens import Role
from app.services.accounts.accounts import create_account
from app.settings import Settings
from tests.e2e.conftest import NewPage
from tests.e2e.serving import Server, running_server
from tests.web.openid_provider import CLIENT_ID, real_provider

pytestmark = pytest.mark.browser

PASSWORD = "seven drowsy llamas whistle"


@pytest.fixture
def linked_server(tmp_path: Path) -> Iterator[Server]:
    """A server at 127.0.0.1 that trusts a provider at localhost: to a browser these are two sites."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = ["-c", "from app.cli import main; main()", "serve", "--port", port, "--no-counting"]
    with real_provider() as issuer:
        settings = {
            "OIDC_ISSUER": issuer.replace("127.0.0.1", "localhost"),
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": "a-secret-of-the-tests",
            "OIDC_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        with running_server(command, tmp_path, is_signed_in=False, **settings) as server:
            database = create_database(Settings(data_dir=server.data_dir))
            with database.unit_of_work() as session:
                create_account(session, name="maria", role=Role.REVIEWER, password=PASSWORD, must_change_password=False)
            database.dispose()
            yield server


def say_who_it_is(page: Page, subject: str) -> None:
    """Sign in at the provider, whose page this is now."""
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def test_an_account_is_linked_and_then_opened_by_the_provider(linked_server: Server, new_page: NewPage) -> None:
    page = new_page(is_signed_in=False)
    page.goto(f"{linked_server.url}/login?next=/account")
    page.get_by_label("Name").fill("maria")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Your password here").fill(PASSWORD)
    page.get_by_role("button", name="Link", exact=True).click()
    page.get_by_role("link", name="Go on to your hospital account").click()
    say_who_it_is(page, "maria-7")
    expect(page.get_by_text("Your account is linked")).to_be_visible()

    other = new_page(is_signed_in=False)
    other.goto(f"{linked_server.url}/account")
    other.get_by_role("link", name="Sign in with your hospital account").click()
    say_who_it_is(other, "maria-7")
    expect(other).to_have_url(f"{linked_server.url}/account")
    expect(other.get_by_text("Linked: your hospital account signs you in here.")).to_be_visible()

    stranger = new_page(is_signed_in=False)
    stranger.goto(f"{linked_server.url}/login")
    stranger.get_by_role("link", name="Sign in with your hospital account").click()
    say_who_it_is(stranger, "maria")
    expect(stranger.get_by_text("no account of this Bloodcount is linked with you")).to_be_visible()
    assert "session" not in " ".join(cookie["name"] for cookie in stranger.context.cookies(linked_server.url))
