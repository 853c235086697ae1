"""An admin lets old photographs go, and a patient code: seen, saved and erased in the browser."""

import os
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import update

from app.db.base import utc_now
from app.db.records import FieldImageRecord, SampleRecord
from app.db.session import create_database
from app.settings import Settings
from tests.e2e.conftest import NewPage
from tests.e2e.serving import Server, running_server
from tests.e2e.test_layout import complaints
from tests.web.image_files import png_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def keeping_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that keeps photographs for thirty days."""
    folder = tmp_path_factory.mktemp("keeping")
    arguments = ["-m", "tests.e2e.stand_in_server", "0"]
    with running_server(arguments, folder, KEEP_PHOTOGRAPHS_DAYS="30") as server:
        yield server


def upload(page: Page, server: Server, number: str, code: str) -> None:
    """Register a sample of a patient code with one photograph, and wait for its count."""
    sample = page.request.post(
        f"{server.url}/api/v1/samples", data={"accession_number": number, "patient_code": code}
    ).json()
    file: FilePayload = {"name": "a.png", "mimeType": "image/png", "buffer": png_of(100 + len(number))}
    page.request.post(f"{server.url}/api/v1/samples/{sample['id']}/images", multipart={"files": file})
    page.goto(f"{server.url}/samples/{sample['id']}")
    expect(page.get_by_role("link", name="Look closely and correct")).to_be_visible()


def grow_old(server: Server) -> None:
    database, then = create_database(Settings(data_dir=server.data_dir)), utc_now() - timedelta(days=90)
    with database.unit_of_work() as session:
        session.execute(update(SampleRecord).values(created_at=then))
        session.execute(update(FieldImageRecord).values(uploaded_at=then, changed_at=then))
    database.dispose()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_old_photographs_and_a_patient_code_are_erased(
    keeping_server: Server, new_page: NewPage, tmp_path: Path, width: int, scheme: str
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    upload(page, keeping_server, f"26-{width}", f"P-{width}")
    grow_old(keeping_server)

    page.goto(f"{keeping_server.url}/admin/privacy")
    expect(page.get_by_text("1 photograph, while its result stays")).to_be_visible()
    check(page, f"privacy-{width}-{scheme}")
    page.get_by_label("Reason").fill("kept long enough")
    page.get_by_label("Type erase").fill("erase")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("status")).to_contain_text("0 samples with all they held, and 1 photograph.")

    page.get_by_role("textbox", name="Patient code").fill(f"p-{width}")
    page.get_by_role("button", name="Show its samples").click()
    expect(page.get_by_role("link", name=f"26-{width}")).to_be_visible()
    check(page, f"patient-{width}-{scheme}")
    with page.expect_download() as started:
        page.get_by_role("button", name="Save the export").click()
    started.value.save_as(tmp_path / "export.zip")
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        assert any(name.endswith("/result.json") for name in archive.namelist())

    page.get_by_label("Reason").fill("asked for by the person")
    page.get_by_label("Type the patient code again").fill(f"p-{width}")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("status")).to_contain_text("1 sample with all it held, and 0 photographs.")


def check(page: Page, name: str) -> None:
    """The page fits and can be read; a picture of it is kept where one is wanted."""
    page.wait_for_load_state("load")  # before the style sheets are there it is not the page that people see
    if pictures := os.environ.get("BLOODCOUNT_TEST_PICTURES"):
        page.screenshot(path=f"{pictures}/{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert complaints(page, "faintTexts") == []
    assert complaints(page, "smallTargets") == []
