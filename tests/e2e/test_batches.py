"""Batches in a real browser and over real connections that break."""

import re
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from app.services.intake.grouping import sample_of
from tests.e2e.conftest import NewPage
from tests.e2e.sample_page import wait_for
from tests.e2e.serving import Server
from tests.e2e.test_layout import complaints
from tests.sample_images import image_bytes
from tests.unit.services.test_grouping import CASES

pytestmark = pytest.mark.browser

BATCH_PAGE = re.compile(r"/batches/\d+$")


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """A night's folder: two samples of three fields each, junk, and a file that is no photograph.

    The server is shared, so the samples have names that no other test uses.
    """
    folder = tmp_path / "night"
    name = uuid4().hex[:8]
    for number, sample in enumerate((f"{name}-1", f"{name}-2")):
        (folder / sample).mkdir(parents=True)
        for field in range(3):
            (folder / sample / f"field-{field}.png").write_bytes(image_bytes(10 * number + field))
    (folder / "Thumbs.db").write_bytes(b"junk")
    (folder / "notes.txt").write_bytes(b"notes")
    return folder


def choose_folder(page: Page, server: Server, folder: Path) -> None:
    page.goto(f"{server.url}/batches/new")
    page.locator("#folder").set_input_files(folder)
    expect(page.get_by_role("heading", name="Look how they are grouped")).to_be_visible()


def batch_of(page: Page) -> dict[str, Any]:
    number = urlsplit(page.url).path.split("/")[2]
    body: dict[str, Any] = page.request.get(f"/api/v1/batches/{number}").json()
    return body


def new_page_of(new_page: NewPage, server: Server) -> Page:
    return new_page(base_url=server.url)


def test_the_browser_groups_as_the_server_does(slow_server: Server, new_page: NewPage) -> None:
    page = new_page_of(new_page, slow_server)
    page.goto("/batches/new")
    script = """async (cases) => {
        const { sampleOf } = await import("/static/js/grouping.js");
        return cases.map(([path, rule]) => sampleOf(path, rule) || null);
    }"""

    found = page.evaluate(script, [[path, rule.model_dump()] for path, rule, _ in CASES])

    assert found == [sample_of(path, rule) for path, rule, _ in CASES]


def test_a_folder_is_grouped_changed_sent_and_counted(slow_server: Server, new_page: NewPage, night: Path) -> None:
    page = new_page_of(new_page, slow_server)
    choose_folder(page, slow_server, night)

    expect(page.locator("[data-group-summary]")).to_have_text("6 photographs in 2 samples.")
    expect(page.locator("[data-left-out]")).to_contain_text("notes.txt")
    first, second = sorted(path.name for path in night.iterdir() if path.is_dir())
    page.get_by_label("Accession number of 3 files").last.fill(f"{second}-renamed")
    page.get_by_label("Accession number of 3 files").last.press("Tab")
    page.get_by_role("button", name="Send and count").click()
    page.wait_for_url(BATCH_PAGE)

    assert [sample["accession_number"] for sample in batch_of(page)["samples"]] == [first, f"{second}-renamed"]
    expect(page.locator("[data-batch-text]")).to_have_text("6 of 6 files counted.")
    expect(page.locator("tr[data-fragment] .badge-ready")).to_have_count(2)


def test_a_file_name_rule_is_previewed_and_one_file_moved_by_keyboard(
    slow_server: Server, new_page: NewPage, tmp_path: Path
) -> None:
    paths = [tmp_path / f"26-{number}_{field}.png" for number in (1, 2) for field in (1, 2)]
    for seed, path in enumerate(paths):
        path.write_bytes(image_bytes(100 + seed))
    page = new_page_of(new_page, slow_server)
    page.goto("/batches/new")
    page.locator("#several").set_input_files(paths)

    expect(page.get_by_label("The accession number is")).to_have_value("before_last")
    expect(page.locator("[data-group-summary]")).to_have_text("4 photographs in 2 samples.")
    page.get_by_label("Sign between number and rest").fill("-")
    expect(page.locator("[data-group-summary]")).to_have_text("4 photographs in 1 sample.")
    page.get_by_role("button", name="Start again").click()
    page.locator("#several").set_input_files(paths)
    page.locator("details summary").first.press("Enter")
    field = page.get_by_label("Accession number of 26-1_2.png")
    field.fill("26-3")
    field.press("Tab")
    expect(page.locator("[data-group-summary]")).to_have_text("4 photographs in 3 samples.")
    page.get_by_role("button", name="Undo changes by hand").press("Enter")

    expect(page.locator("[data-group-summary]")).to_have_text("4 photographs in 2 samples.")


def test_a_dropped_zip_file_with_a_manifest_is_unpacked_and_counted(
    slow_server: Server, new_page: NewPage, tmp_path: Path
) -> None:
    archive = tmp_path / "night.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("n/Z-1/a.png", image_bytes(201))
        packed.writestr("n/Z-2/b.png", image_bytes(202))
        packed.writestr("__MACOSX/n/._a.png", b"junk")
        packed.writestr("../evil.png", image_bytes(203))
    manifest = tmp_path / "list.csv"
    manifest.write_text("file name;accession number\nb.png;Z-9\ngone.png;Z-8\n", encoding="utf-8")
    page = new_page_of(new_page, slow_server)
    page.goto("/batches/new")
    page.locator("#several").set_input_files([archive, manifest])

    expect(page.locator("[data-group-rows]")).to_contain_text("night.zip is unpacked")
    expect(page.locator("[data-manifest-report]")).to_contain_text("2 of the manifest’s lines match no file")
    page.get_by_role("button", name="Send and count").click()
    page.wait_for_url(BATCH_PAGE)
    wait_for(lambda: batch_of(page)["status"] == "attention")

    batch = batch_of(page)
    assert [sample["accession_number"] for sample in batch["samples"]] == ["Z-1", "Z-9"]
    assert batch["files_by_state"] == {"counted": 2, "refused": 1, "skipped": 1}
    expect(page.get_by_text("points outside the ZIP file")).to_be_visible()
    expect(page.get_by_text("1 of the manifest’s lines match no file")).to_be_visible()


def test_what_a_manifest_tells_of_a_sample_is_shown_before_it_is_sent_and_given_to_it(
    slow_server: Server, new_page: NewPage, tmp_path: Path
) -> None:
    photograph, manifest = tmp_path / "b.png", tmp_path / "list.csv"
    photograph.write_bytes(image_bytes(205))
    manifest.write_text("file name,accession number,patient code,sex,age\nb.png,Q-9,P-9,f,34\n", encoding="utf-8")
    page = new_page_of(new_page, slow_server)
    page.goto("/batches/new")

    page.locator("#several").set_input_files([photograph, manifest])

    rows = page.locator("[data-group-rows]")
    expect(rows).to_contain_text("If the sample is new: patient code P-9, female, 34 years")
    page.get_by_role("button", name="Send and count").click()  # the number for all files is empty, and nothing needs it
    page.wait_for_url(BATCH_PAGE)
    sample = page.request.get(f"/api/v1/samples/{batch_of(page)['samples'][0]['sample_id']}").json()
    assert (sample["accession_number"], sample["patient_code"], sample["age_value"]) == ("Q-9", "P-9", 34)


def test_a_zip_file_is_not_sent_without_a_number_that_its_rule_needs(
    slow_server: Server, new_page: NewPage, tmp_path: Path
) -> None:
    archive = tmp_path / "night.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.png", image_bytes(206))
    page = new_page_of(new_page, slow_server)
    page.goto("/batches/new")
    page.locator("#several").set_input_files([archive])
    page.get_by_label("The accession number is").select_option("one")

    page.get_by_role("button", name="Send and count").click()

    expect(page.locator("[data-send-error]")).to_contain_text("Type the accession number of all files")


def _drop_script() -> str:
    return """(names) => {
        const transfer = new DataTransfer();
        for (const [name, base64] of names) {
            const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
            transfer.items.add(new File([bytes], name, { type: "image/png" }));
        }
        document.querySelector("[data-dropzone]").dispatchEvent(
            new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }"""


def test_dropped_files_are_taken(slow_server: Server, new_page: NewPage) -> None:
    page = new_page_of(new_page, slow_server)
    page.goto("/batches/new")
    page.evaluate(_drop_script(), [[f"D-{n}_1.png", b64encode(image_bytes(300 + n)).decode()] for n in range(3)])

    expect(page.locator("[data-group-summary]")).to_have_text("3 photographs in 3 samples.")


def test_a_broken_connection_is_waited_for_and_sending_goes_on_by_itself(
    slow_server: Server, new_page: NewPage, night: Path
) -> None:
    page = new_page_of(new_page, slow_server)
    choose_folder(page, slow_server, night)
    broken: list[str] = []

    def lose(route: Route) -> None:
        """The part arrives, its answer does not; then the line is dead for one more request."""
        if len(broken) == 0:
            route.fetch()
        broken.append(route.request.url)
        if len(broken) <= 3:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/sending/batches/*/files/*", lose)
    page.get_by_role("button", name="Send and count").click()
    page.wait_for_url(BATCH_PAGE)

    assert len(broken) > 3
    batch = batch_of(page)
    assert batch["files_total"] == 6
    assert batch["completed_at"] is not None
    wait_for(lambda: batch_of(page)["files_by_state"] == {"counted": 6})


def test_after_going_offline_and_online_again_nothing_is_lost(
    slow_server: Server, new_page: NewPage, night: Path
) -> None:
    page = new_page_of(new_page, slow_server)
    context: BrowserContext = page.context
    choose_folder(page, slow_server, night)
    context.set_offline(True)
    page.get_by_role("button", name="Send and count").click()
    expect(page.locator("[data-connection]")).to_contain_text("goes on by itself")
    context.set_offline(False)
    page.wait_for_url(BATCH_PAGE)

    assert sum(batch_of(page)["files_by_state"].values()) == 6


def test_after_a_reload_the_same_files_are_chosen_and_only_the_rest_is_sent(
    slow_server: Server, new_page: NewPage, night: Path
) -> None:
    page = new_page_of(new_page, slow_server)
    choose_folder(page, slow_server, night)
    sent: list[str] = []

    def let_two_pass(route: Route) -> None:
        if route.request.method == "PATCH":
            sent.append(route.request.url)
            if len(sent) > 2:
                return  # never answered: the window is closed meanwhile
        route.continue_()

    page.route("**/sending/batches/*/files/*", let_two_pass)
    page.get_by_role("button", name="Send and count").click()
    page.wait_for_url(re.compile(r"/batches/\d+/send$"))
    wait_for(lambda: batch_of(page)["files_by_state"].get("awaited") == 4)
    address = page.url
    page.close(run_before_unload=False)

    again = new_page_of(new_page, slow_server)
    patches: list[str] = []
    again.on("request", lambda request: patches.append(request.url) if request.method == "PATCH" else None)
    again.goto(address)
    expect(again.get_by_role("heading", name="Go on sending")).to_be_visible()
    again.locator("#folder").set_input_files(night)
    again.wait_for_url(BATCH_PAGE)

    # A request that was held back may still reach the server while its window closes.
    assert 1 <= len(patches) <= 4
    # Images of other tests may wait before them: that all six are taken in is what this test is about.
    states = batch_of(again)["files_by_state"]
    assert sum(states.values()) == 6
    assert not {"awaited", "refused", "failed"} & {state for state, number in states.items() if number}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 3840])
def test_the_pages_of_batches_fit_and_can_be_read(
    slow_server: Server, new_page: NewPage, night: Path, width: int, scheme: str
) -> None:
    page = new_page(base_url=slow_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    batch = page.request.post("/api/v1/batches", data={"name": "A night with a name that is rather long"}).json()
    files = [{"path": f"{night.name}/{'very-long-folder-name-' * 4}/field.png", "byte_size": 10}]
    page.request.post(
        f"/api/v1/batches/{batch['id']}/files", data={"files": [*files, {"path": "x.jpg", "byte_size": 1}]}
    )
    here = f"/batches/{batch['id']}"
    for address in ("/batches", "/batches/new", here, f"{here}?view=files", f"{here}/send"):
        page.goto(address)
        if address.endswith("/new"):
            page.locator("#folder").set_input_files(night)
            page.locator("details summary").first.press("Enter")

        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        assert complaints(page, "faintTexts") == [], address
        assert complaints(page, "smallTargets") == [], address
