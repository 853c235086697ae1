"""From the upload to the signed and to the corrected report in a real browser, without a mouse."""

import hashlib
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import NewPage
from tests.e2e.review_desk import Field, Viewer, upload_fields
from tests.e2e.sample_page import SamplePage
from tests.e2e.serving import Server
from tests.e2e.story import PASSWORD, give_a_password
from tests.e2e.test_axe import violations
from tests.e2e.test_keyboard import tab_to
from tests.e2e.test_layout import complaints

pytestmark = pytest.mark.browser

_MOST_CELLS = 80


@pytest.fixture(scope="module")
def signing_server(review_server: Server) -> Server:
    """The server, on which the person that browser windows are signed in as has a password to sign with."""
    give_a_password(review_server)
    return review_server


def press_on(page: Page, selector: str, key: str = "Enter") -> None:
    """Reach something with the Tab key and press a key on it."""
    tab_to(page, selector)
    page.keyboard.press(key)


def sign_by_keyboard(page: Page, meaning: str = "reviewed") -> None:
    """Tick every check, choose what the signature says, and sign."""
    for check in page.locator("[name=acknowledged]").all():
        press_on(page, f"#{check.get_attribute('id')}", "Space")
        expect(check).to_be_checked()
    tab_to(page, "[name=meaning]")
    if meaning == "approved":
        page.keyboard.press("ArrowDown")
    else:
        page.keyboard.press("Space")
    expect(page.locator(f"[name=meaning][value={meaning}]")).to_be_checked()
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def name_by_keyboard(page: Page, server: Server, sample: SamplePage, index: int, key: str) -> None:
    """From the sample's page into the viewer, down its list to a white cell, and press the key of a name."""
    image_id = sample.record(f"samples/{sample.sample_id}")["images"][0]["id"]
    viewer = Viewer(page, Field(server, sample.sample_id, image_id))
    press_on(page, "a[href^='/images/'].button")
    page.locator("[data-viewer][data-ready]").wait_for()
    wanted = f"#cell-{viewer.cell_of('WBC', index)}[aria-selected=true]"
    tab_to(page, "[data-cell-list]")
    for _ in range(_MOST_CELLS):
        if page.locator(wanted).count():
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press(key)
    viewer.expect_saved()


def saved_file(page: Page, selector: str, folder: Path) -> Path:
    """What a link saves, followed with the keyboard."""
    page.keyboard.press("Home")
    page.evaluate("document.activeElement.blur()")
    with page.expect_download() as download:
        press_on(page, selector)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def text_of(path: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


@pytest.mark.slow
def test_from_upload_to_a_signed_and_a_corrected_report_without_a_mouse(
    signing_server: Server, new_page: NewPage, review_smears: list[Path], tmp_path: Path
) -> None:
    page = new_page()
    page.on("filechooser", lambda chooser: chooser.set_files(review_smears[0]))
    page.goto(signing_server.url)
    tab_to(page, "#accession")
    page.keyboard.type("SIGN-KEYS")
    press_on(page, "#files")
    expect(page.locator(".file-row")).to_contain_text(review_smears[0].name)
    press_on(page, "button[type=submit]")
    page.wait_for_url("**/samples/*")
    sample = SamplePage(page)
    sample.wait_until_counted(1)
    sample_url = page.url.split("?")[0]

    # Correct a cell in the viewer.
    name_by_keyboard(page, signing_server, sample, 0, "m")

    # Check and sign.
    page.goto(sample_url)
    press_on(page, "[data-reports] a")
    page.wait_for_url("**/sign")
    sign_by_keyboard(page)
    page.wait_for_url("**/reports/1")
    expect(page.locator(".report-state")).to_have_text("Signed report, version 1")
    sha256 = page.locator("[data-sha256]").inner_text()
    first = saved_file(page, "a[href$='1.pdf']", tmp_path)
    assert "Signed report, version 1" in text_of(first)
    assert f"SHA-256 {sha256}" in text_of(first)
    assert "Monocyte" in text_of(first)
    document = saved_file(page, "a[href$='1.json']", tmp_path)
    assert hashlib.sha256(document.read_bytes()).hexdigest() == sha256
    assert json.loads(document.read_bytes())["fields"][0]["review"]["relabelled"] == 1

    # The signed sample stands still, also for who has its field open.
    page.goto(sample_url)
    expect(page.locator("[data-reports=signed]")).to_be_visible()
    expect(page.get_by_text("Add images to this sample")).to_have_count(0)

    # Correct it.
    press_on(page, "[data-reports] a[href$='/reports']")
    page.wait_for_url("**/reports")
    tab_to(page, "#reason")
    page.keyboard.type("The monocyte is a blast to be counted elsewhere")
    press_on(page, "form[action$=correction] button")
    expect(page.locator("[data-reports=correcting]")).to_contain_text("Version 1 is being corrected")
    name_by_keyboard(page, signing_server, sample, 1, "l")
    page.goto(f"{sample_url}/sign")
    sign_by_keyboard(page, "approved")
    page.wait_for_url("**/reports/2")
    expect(page.locator(".report-state")).to_contain_text("CORRECTED REPORT, version 2, replaces version 1 of ")
    second = text_of(saved_file(page, "a[href$='2.pdf']", tmp_path))
    assert "CORRECTED REPORT, version 2" in second
    assert "The monocyte is a blast to be counted elsewhere" in second
    page.goto(f"{sample_url}/reports/1")
    expect(page.get_by_text("REPLACED by version 2.")).to_be_visible()


def test_an_open_field_of_a_signed_sample_says_why_nothing_is_saved(
    signing_server: Server, new_page: NewPage, review_smears: list[Path]
) -> None:
    page = new_page()
    [field] = upload_fields(page, signing_server, "SIGN-OPEN", review_smears[1])
    viewer = Viewer.open(page, field)
    other = page.context.new_page()
    other.goto(f"{field.server.url}/samples/{field.sample_id}/sign")
    sign_by_keyboard(other)
    other.wait_for_url("**/reports/1")

    viewer.names(viewer.cell_of("WBC"), "m")

    expect(page.get_by_text("This sample is signed, so its cells, images and data cannot be changed")).to_be_visible()
    page.reload()
    page.locator("[data-viewer][data-ready]").wait_for()
    expect(page.locator("[data-save-state]")).to_contain_text("1 change made on this computer came too late")
    assert viewer.shown_counts() == {code: viewer.result()["counts"][code] for code in viewer.shown_counts()}
    viewer.names(viewer.cell_of("WBC", 1), "Delete")
    expect(page.locator("[data-say]")).to_contain_text("This sample is signed, so its cells stand still.")
    assert viewer.shown_counts() == {code: viewer.result()["counts"][code] for code in viewer.shown_counts()}
    expect(page.get_by_role("button", name="Remove")).to_be_disabled()
    page.goto(field.gallery_url)
    page.locator("[data-gallery][data-ready]").wait_for()
    page.locator("[data-cell]").first.click()
    expect(page.get_by_role("button", name="Confirm")).to_be_disabled()
    expect(page.get_by_role("button", name="Show on its field")).to_be_enabled()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (390, "light")])
def test_the_pages_are_easy_to_use_and_nothing_sticks_out(
    signing_server: Server, new_page: NewPage, review_smears: list[Path], width: int, scheme: str
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    [field] = upload_fields(page, signing_server, f"SIGN-AXE-{width}-{scheme}", review_smears[2])
    sample_url = f"{field.server.url}/samples/{field.sample_id}"
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        page.wait_for_load_state("load")
        if problems := [*violations(page), *complaints(page, "faintTexts"), *complaints(page, "smallTargets")]:
            found[name] = problems
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name

    page.goto(f"{sample_url}/sign")
    look("sign")
    page.locator("#password").fill("a wrong password, surely")
    page.locator("[name=meaning]").first.check()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_text("This is not your password.").first.wait_for()
    look("refused")
    sign_by_keyboard(page)
    page.wait_for_url("**/reports/1")
    look("report")
    page.goto(f"{sample_url}/reports")
    look("reports")
    page.get_by_label("Reason").fill("a second look")
    page.get_by_role("button", name="Open a correction").click()
    page.locator("[data-reports=correcting]").wait_for()
    look("sample")
    page.goto(f"{sample_url}/reports")
    look("reports while correcting")

    assert found == {}
