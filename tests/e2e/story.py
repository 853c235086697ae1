"""Keys and seconds from an open sample to a signed report: ten fields, five corrections, no mouse.

``python -m tests.e2e.story`` draws ten fields, has them counted with the shipped weights, and prints a table. The
seconds are those between a key and the page that shows what it did; the pauses of a person are not in them. A key with
Shift is one press. The corrections make the sample truer: what was drawn is known.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from app.db.repositories.accounts import find_account
from app.db.session import create_database
from app.services.accounts.passwords import hash_password
from app.settings import Settings
from model.rendering import ReferenceCell, SmearRecipe, encode_png, render_smear
from model.types import BoxXyxy, Size
from tests.e2e.conftest import SIGNED_IN
from tests.e2e.review_desk import SAVED, Field, Viewer, upload_fields
from tests.e2e.serving import Server, running_server

FIELDS = 10
PASSWORD = "seven drowsy llamas whistle"
_MOST_KEYS = 400
_LEAST_OVERLAP = 0.3
_KEYS = {"neutrophil": "n", "lymphocyte": "l", "monocyte": "m", "eosinophil": "e", "basophil": "b"}


@dataclass(slots=True)
class Step:
    """One line of the table: what was done, with how many keys, and the seconds that the software took."""

    name: str
    keys: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Story:
    """A page that is worked at with keys alone, and what that cost."""

    page: Page
    steps: list[Step] = field(default_factory=list)

    def begin(self, name: str) -> None:
        """Count what follows under a new line."""
        self.steps.append(Step(name))

    def press(self, key: str) -> None:
        """Press one key; its seconds count, too."""
        before = time.perf_counter()
        self.page.keyboard.press(key)
        self.steps[-1].keys += 1
        self.steps[-1].seconds += time.perf_counter() - before

    def type(self, text: str) -> None:
        """Press a key for each letter."""
        for letter in text:
            self.press("Space" if letter == " " else letter)

    def wait(self, until: Callable[[], object]) -> None:
        """Wait for the software, on its account."""
        before = time.perf_counter()
        until()
        self.steps[-1].seconds += time.perf_counter() - before

    def wait_saved(self) -> None:
        """Wait until the page says that all is saved."""
        self.wait(lambda: expect(self.page.locator("[data-save-state]")).to_have_text(SAVED))

    def follow(self, url: str, selector: str) -> None:
        """Press Enter and wait for a page, and for something on it."""
        self.press("Enter")
        self.wait(lambda: self.page.wait_for_url(f"{url}*"))
        self.wait(self.page.locator(selector).first.wait_for)

    def press_until(self, key: str, selector: str) -> None:
        """Press a key until the focus, or the choice in a list, is on what the selector names.

        Raises:
            RuntimeError: It was never reached.
        """
        for _ in range(_MOST_KEYS):
            if self.page.evaluate(_IS_THERE, selector):
                return
            self.press(key)
        raise RuntimeError(f"{selector} was not reached with {_MOST_KEYS} presses of {key}")


_IS_THERE = """selector => document.activeElement?.matches(selector)
  || (document.activeElement?.matches("[data-cell-list]") && document.querySelector(selector)?.role === "option"
      && document.querySelector(selector).ariaSelected === "true")"""


def draw_fields(folder: Path) -> tuple[list[Path], list[tuple[ReferenceCell, ...]]]:
    """Ten drawn fields as PNG files, and the cells that are drawn on each."""
    paths, cells = [], []
    for seed in range(1, FIELDS + 1):
        recipe = SmearRecipe(
            size=Size(960, 720), red_cells=40, white_cells=12, platelets=8, red_cell_diameter_px=56, seed=seed
        )
        smear = render_smear(recipe)
        paths.append(folder / f"field-{seed}.png")
        paths[-1].write_bytes(encode_png(smear.image_hwc_u8))
        cells.append(smear.cells)
    return paths, cells


def overlap(a: BoxXyxy, b: BoxXyxy) -> float:
    """Intersection over union of two boxes in image pixels."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return width * height / (areas - width * height)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong on a field: true names (as keys) of misnamed and of unidentified cells, and what is no cell."""

    field: Field
    names: dict[str, str]
    unidentified: dict[str, str]
    false: list[str]


def faults_of(page: Page, one: Field, drawn: tuple[ReferenceCell, ...]) -> Fault:
    """Compare what was counted on a field with what was drawn on it."""
    cells = Viewer(page, one).review()["cells"]
    counted = {f"n{place}": cell for place, cell in enumerate(cells) if cell["counted"]}
    fault = Fault(one, {}, {}, [])
    for name, cell in counted.items():
        best = max(drawn, key=lambda other: overlap(cell["box"], other.box_xyxy_image_px))
        if overlap(cell["box"], best.box_xyxy_image_px) < _LEAST_OVERLAP:
            fault.false.append(name)
        elif (
            cell["class"] == best.cell_class.value == "WBC"
            and best.subtype in _KEYS
            and cell["subtype"] != best.subtype
        ):
            found = fault.unidentified if cell["subtype"] == "unidentified" else fault.names
            found[name] = _KEYS[str(best.subtype)]
    return fault


def correct_names(story: Story, sample_url: str, faults: list[Fault], last: Fault) -> None:
    """Name an unidentified white cell and rename three others in the gallery, ending on the field ``last``."""
    story.begin("to the gallery")
    story.press_until("Tab", "a[href$='/gallery']")
    story.follow(f"{sample_url}/gallery", "[data-gallery][data-ready]")
    story.begin("1: name an unidentified cell")
    story.press_until("Tab", "[data-group='WBC:unidentified'] [data-cell]")
    fault = next(one for one in faults if one.unidentified)
    cell, key = next(iter(fault.unidentified.items()))
    rename(story, fault, cell, key)
    for number, (cell, key) in enumerate(list(last.names.items())[:3], start=2):
        story.begin(f"{number}: rename a white cell")
        rename(story, last, cell, key)


def rename(story: Story, fault: Fault, cell: str, key: str) -> None:
    """Go to a crop of the gallery with the arrow keys and press the key of its name."""
    wanted = f"[data-image='{fault.field.image_id}'][data-cell={cell}]"
    where = story.page.evaluate(_STEPS_TO_CROP, wanted)
    for _ in range(abs(where)):
        story.press("ArrowRight" if where > 0 else "ArrowLeft")
    story.press(key)
    story.wait_saved()


_STEPS_TO_CROP = """selector => {
  const crops = [...document.querySelectorAll("[data-cell]")];
  return crops.indexOf(document.querySelector(selector)) - crops.indexOf(document.activeElement);
}"""


def remove_a_cell(story: Story, fault: Fault) -> None:
    """Go down the list to what is no cell, and remove it."""
    story.begin("5: remove what is no cell")
    story.press_until("Tab", "[data-cell-list]")
    story.press_until("ArrowDown", f"#cell-{fault.false[0]}")
    story.press("Delete")
    story.wait_saved()


def sign(story: Story, sample_url: str) -> None:
    """From the viewer to the page to sign, past its checks, and sign."""
    page = story.page
    story.begin("to the page to sign")
    story.press_until("Shift+Tab", f"a[href$='{sample_url.rpartition('/samples')[2]}']")
    story.follow(sample_url, "[data-reports] a")
    story.press_until("Tab", "[data-reports] a")
    story.follow(f"{sample_url}/sign", "#password")
    story.begin("see the checks")
    for check in page.locator("[name=acknowledged]").all():
        story.press_until("Tab", f"#{check.get_attribute('id')}")
        story.press("Space")
    story.begin("sign (the password takes 27)")
    story.press_until("Tab", "[name=meaning]")
    story.press("Space")
    story.press_until("Tab", "#password")
    story.type(PASSWORD)
    story.follow(f"{sample_url}/reports/1", ".report-state")


def give_a_password(server: Server) -> None:
    """Let the person sign that the browser is signed in as."""
    database = create_database(Settings(data_dir=server.data_dir))
    with database.unit_of_work() as session:
        account = find_account(session, "test-admin")
        if account is None:
            raise RuntimeError("the server has no account test-admin")
        account.password_hash = hash_password(PASSWORD)
    database.dispose()


def tell(page: Page, server: Server, folder: Path) -> list[Step]:
    """The whole story; its steps.

    Raises:
        RuntimeError: No field has a cell too many and three with a wrong name.
    """
    paths, drawn = draw_fields(folder)
    fields = upload_fields(page, server, "STORY", *paths)
    faults = [faults_of(page, one, cells) for one, cells in zip(fields, drawn, strict=True)]
    last = next((one for one in faults if one.false and len(one.names) > 2), None)
    if last is None:
        raise RuntimeError(f"no field has three wrong names and a false cell: {faults}")
    sample_url = f"{server.url}/samples/{fields[0].sample_id}"
    story = Story(page)
    story.begin("open the sample")
    story.wait(lambda: page.goto(sample_url))
    correct_names(story, sample_url, faults, last)
    story.begin("to the field")
    story.press("o")
    story.wait(lambda: page.wait_for_url("**/fields/*"))
    story.wait(page.locator("[data-viewer][data-ready]").wait_for)
    remove_a_cell(story, last)
    sign(story, sample_url)
    return story.steps


def table(steps: list[Step]) -> str:
    """The steps and their sum as a table of Markdown."""
    total = Step("all", sum(step.keys for step in steps), sum(step.seconds for step in steps))
    rows = [f"| {step.name} | {step.keys} | {step.seconds:.1f} |" for step in [*steps, total]]
    return "\n".join(["| | keys | seconds |", "|---|---|---|", *rows])


def main() -> None:
    """Measure and print."""
    command = ["-c", "from app.cli import main; main()", "serve", "--port", "0"]
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with running_server(command, folder) as server:
            give_a_password(server)
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            viewport = {"width": 1280, "height": 900}
            page = browser.new_page(viewport=viewport, storage_state=SIGNED_IN)  # type: ignore[arg-type]
            sys.stdout.write(table(tell(page, server, folder)) + "\n")
            browser.close()


if __name__ == "__main__":
    main()
