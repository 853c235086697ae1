"""Set-up, sign-in, expiry and lock-out in a real browser, against the server as it is started."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import update

from app.db.base import utc_now
from app.db.records import UserSessionRecord
from app.db.session import create_database
from app.settings import Settings
from tests.e2e.conftest import NewPage
from tests.e2e.review_desk import Viewer, upload_fields
from tests.e2e.sample_page import SamplePage
from tests.e2e.serving import ROOT, Server, running_server
from tests.e2e.test_layout import complaints
from tests.sample_images import image_bytes

pytestmark = pytest.mark.browser

PASSWORD = "seven drowsy llamas whistle"


@pytest.fixture(scope="module")
def fresh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as it is after the first start: nobody has an account."""
    command = ["-c", "from app.cli import main; main()", "serve", "--port", "0", "--no-counting"]
    with running_server(command, tmp_path_factory.mktemp("fresh"), is_signed_in=False) as started:
        yield started


def command(server: Server, *arguments: str, typed: str = "") -> str:
    """What a command of ``bloodcount`` says that is run beside the server."""
    done = subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", *arguments],
        env=os.environ | {"BLOODCOUNT_DATA_DIR": str(server.data_dir), "PYTHONPATH": str(ROOT)},
        input=typed,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture(scope="module")
def set_up_server(fresh_server: Server, browser: object) -> Server:
    """The same server once its first admin was made over the printed link."""
    page: Page = browser.new_page()  # type: ignore[attr-defined]
    page.goto(fresh_server.url)
    expect(page.get_by_text("Nobody has an account yet")).to_be_visible()
    found = re.search(r"^  (http://\S+/setup\?key=\S+)$", fresh_server.log.read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    page.goto(found[1])
    page.get_by_label("Name of your account").fill("Dr. First")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account and start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Count a blood smear")
    page.goto(found[1])
    expect(page.get_by_text("used already or is too old")).to_be_visible()
    page.close()
    return fresh_server


def expire_sessions(server: Server) -> None:
    database = create_database(Settings(data_dir=server.data_dir))
    with database.unit_of_work() as session:
        session.execute(update(UserSessionRecord).values(expires_at=utc_now()))
    database.dispose()


def test_a_new_person_chooses_a_password_and_signs_out(set_up_server: Server, new_page: NewPage) -> None:
    admin = new_page(is_signed_in=False)
    admin.goto(f"{set_up_server.url}/admin/accounts")
    sign_in(admin, "dr. first")
    expect(admin.get_by_role("heading", level=1)).to_have_text("Accounts")
    admin.get_by_label("Name", exact=True).fill("Otto")
    admin.get_by_label("reviewer: ").check()
    admin.get_by_role("button", name="Make the account").click()
    password = admin.locator(".secret").inner_text()

    otto = new_page(is_signed_in=False)
    otto.goto(f"{set_up_server.url}/samples")
    sign_in(otto, "otto", password)
    otto.get_by_label("Present password").fill(password)
    otto.get_by_label("New password").fill("nine purple otters juggle")
    otto.get_by_role("button", name="Change the password").click()
    expect(otto.get_by_text("You are signed in as reviewer.")).to_be_visible()
    otto.goto(f"{set_up_server.url}/admin/accounts")
    expect(otto.get_by_role("heading", level=1)).to_have_text("Not allowed")
    otto.goto(set_up_server.url)
    otto.get_by_role("button", name="Sign out").click()
    expect(otto.get_by_role("heading", level=1)).to_have_text("You are signed out")
    otto.go_back()
    otto.reload()
    expect(otto.get_by_role("button", name="Sign in")).to_be_visible()


def test_guesses_are_slowed_down_and_the_laboratory_works_on(set_up_server: Server, new_page: NewPage) -> None:
    command(set_up_server, "user", "add", "maria", "--role", "technician", "--password-stdin", typed=PASSWORD)
    known = new_page(is_signed_in=False)
    known.goto(f"{set_up_server.url}/samples")
    sign_in(known, "maria")
    expect(known.get_by_role("heading", level=1)).to_have_text("Samples")

    stranger = new_page(is_signed_in=False)
    stranger.goto(f"{set_up_server.url}/login")
    for _ in range(15):  # more than five, because on a busy machine the first waits pass by themselves
        sign_in(stranger, "maria", "wrong")
        if "Too many" in stranger.get_by_role("alert").inner_text():
            break
    expect(stranger.get_by_role("alert")).to_contain_text("Too many sign-ins failed. Wait")

    known.get_by_role("button", name="Sign out").click()
    sign_in(known, "maria")
    expect(known.get_by_role("heading", level=1)).to_have_text("Count a blood smear")


def test_an_upload_survives_the_end_of_the_session(
    set_up_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    command(set_up_server, "user", "add", "paula", "--role", "technician", "--password-stdin", typed=PASSWORD)
    page = new_page(is_signed_in=False)
    page.goto(set_up_server.url)
    sign_in(page, "paula")
    page.locator("[data-enhanced]").wait_for(state="attached")  # the script is there
    page.get_by_label("Accession number").fill("EXPIRED-1")
    page.get_by_label("Images", exact=True).set_input_files(smears[0])
    expire_sessions(set_up_server)

    page.get_by_role("button", name="Upload and count").click()
    expect(page.get_by_text("Please sign in again")).to_be_visible()
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(popup.value, "paula")
    expect(popup.value.get_by_role("button", name="Sign out")).to_be_visible()
    page.bring_to_front()
    page.get_by_role("button", name="Upload and count").click()

    page.wait_for_url("**/samples/*")
    assert SamplePage(page).record(f"samples/{SamplePage(page).sample_id}")["images_total"] == 1


def test_a_file_on_its_way_when_the_session_ends_is_sent_again(
    set_up_server: Server, new_page: NewPage, smears: list[Path]
) -> None:
    command(set_up_server, "user", "add", "rosa", "--role", "technician", "--password-stdin", typed=PASSWORD)
    page = new_page(is_signed_in=False)
    page.goto(set_up_server.url)
    sign_in(page, "rosa")
    page.wait_for_load_state("load")  # before its script runs, the page sends the form by itself
    page.get_by_label("Accession number").fill("EXPIRED-2")
    page.get_by_label("Images", exact=True).set_input_files(smears[0])

    def end_session_first(route: Route) -> None:
        expire_sessions(set_up_server)
        route.continue_()

    page.route("**/samples/*/images", end_session_first)
    page.get_by_role("button", name="Upload and count").click()
    expect(page.locator(".file-row")).to_contain_text("your session has ended")
    page.unroute("**/samples/*/images")

    with page.expect_popup() as popup:
        page.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(popup.value, "rosa")
    expect(popup.value.get_by_role("button", name="Sign out")).to_be_visible()
    page.get_by_role("button", name=f"Try again: {smears[0].name}").click()

    page.wait_for_url("**/samples/*")
    assert SamplePage(page).record(f"samples/{SamplePage(page).sample_id}")["images_total"] == 1


def test_without_a_script_a_form_is_sent_again_after_signing_in(set_up_server: Server, new_page: NewPage) -> None:
    command(set_up_server, "user", "add", "ines", "--role", "technician", "--password-stdin", typed=PASSWORD)
    page = new_page(is_signed_in=False, java_script_enabled=False)
    page.goto(set_up_server.url)
    sign_in(page, "ines")
    expire_sessions(set_up_server)
    page.get_by_role("button", name="Try it with an example").click()
    expect(page.get_by_text("What you typed and chose is still here")).to_be_visible()
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(popup.value, "ines")
    expect(popup.value.get_by_role("button", name="Sign out")).to_be_visible()

    page.reload()

    page.wait_for_url("**/samples/*")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_page_of_administration_fits_and_can_be_read(
    set_up_server: Server, new_page: NewPage, width: int, scheme: str
) -> None:
    set_up_server.sign_in()
    command(set_up_server, "token", "create", f"analyser {width} {scheme}", "--scope", "samples:read", "--days", "30")
    pictures = os.environ.get("BLOODCOUNT_TEST_PICTURES")
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    stranger = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, is_signed_in=False)
    addresses = [(page, path) for path in ("/account", "/account/password", "/admin/accounts", "/admin/tokens")]
    addresses += [(page, "/admin/audit"), (page, "/"), (stranger, "/login"), (stranger, "/setup?key=x")]
    for tab, path in addresses:
        tab.goto(set_up_server.url + path)
        if pictures:
            name = path.partition("?")[0].strip("/").replace("/", "-") or "first"
            tab.screenshot(path=f"{pictures}/{name}-{width}-{scheme}.png", full_page=True)

        assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert complaints(tab, "faintTexts") == [], path
        assert complaints(tab, "smallTargets") == [], path


def test_corrections_wait_for_a_person_whose_session_ended(
    review_server: Server, review_smears: list[Path], new_page: NewPage
) -> None:
    page = new_page()
    [field] = upload_fields(page, review_server, "SIGNED-OUT", review_smears[0])
    viewer = Viewer.open(page, field)
    expire_sessions(review_server)
    try:
        viewer.names("n0", "Enter")
        state = page.locator("[data-save-state]")
        expect(state).to_contain_text("your session has ended, and 1 change waits for you to sign in again")
        expect(state.get_by_role("link", name="Sign in in a new tab")).to_have_attribute("href", "/login")
    finally:
        review_server.sign_in()

    viewer.expect_saved()
    assert [edit["cell"] for edit in viewer.review()["edits"]] == ["n0"]


def test_a_batch_waits_for_a_person_whose_session_ended(
    review_server: Server, new_page: NewPage, tmp_path: Path
) -> None:
    (tmp_path / "EXPIRED-2").mkdir()
    (tmp_path / "EXPIRED-2" / "field.png").write_bytes(image_bytes(77))
    page = new_page()
    page.goto(f"{review_server.url}/batches/new")
    page.locator("#folder").set_input_files(tmp_path)
    expect(page.get_by_role("heading", name="Look how they are grouped")).to_be_visible()
    expire_sessions(review_server)
    try:
        page.get_by_role("button", name="Send and count").click()
        notice = page.locator("[data-connection]")
        expect(notice).to_contain_text("Your session has ended. Nothing is lost")
        expect(notice.get_by_role("link", name="Sign in in a new tab")).to_be_visible()
    finally:
        review_server.sign_in()

    page.wait_for_url(re.compile(r"/batches/\d+$"))
