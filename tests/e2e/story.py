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
from model.rendering import ReferenceCell, encode_png, render_smear
from model.types import BoxXyxy
from tests.e2e.conftest import SIGNED_IN
from tests.e2e.review_desk import SAVED, Field, Viewer, upload_fields
from tests.e2e.review_server import small_recipe
from tests.e2e.serving import Server, running_server

FIELDS = 10
CORRECTIONS = 5
PASSWORD = "seven drowsy llamas whistle"
_MOST_KEYS = 400
_ALT = 1
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

    def press_access_key(self, letter: str) -> None:
        """Press Alt with a letter: two keys. Playwright's own press does not reach a page's access keys."""
        event = {
            "modifiers": _ALT,
            "key": letter,
            "unmodifiedText": letter,
            "windowsVirtualKeyCode": ord(letter.upper()),
        }
        protocol = self.page.context.new_cdp_session(self.page)
        before = time.perf_counter()
        for kind in ("keyDown", "keyUp"):
            protocol.send("Input.dispatchKeyEvent", {"type": kind, **event})
        self.steps[-1].keys += 2
        self.steps[-1].seconds += time.perf_counter() - before

    def arrive(self, url: str, selector: str) -> None:
        """Wait for a page, and for something on it."""
        self.wait(lambda: self.page.wait_for_url(url))
        self.wait(self.page.locator(selector).first.wait_for)

    def skip_navigation(self) -> None:
        """Take the link that leads past the navigation."""
        self.press("Tab")
        self.press("Enter")

    def press_until(self, key: str, selector: str) -> None:
        """Press a key until the focus is on what the selector names.

        Raises:
            RuntimeError: It was never reached.
        """
        for _ in range(_MOST_KEYS):
            if self.page.evaluate("wanted => document.activeElement?.matches(wanted)", selector):
                return
            self.press(key)
        raise RuntimeError(f"{selector} was not reached with {_MOST_KEYS} presses of {key}")


def draw_fields(folder: Path, count: int) -> tuple[list[Path], list[tuple[ReferenceCell, ...]]]:
    """Drawn fields as PNG files, and the cells that are drawn on each."""
    paths, cells = [], []
    for seed in range(1, count + 1):
        smear = render_smear(small_recipe(seed))
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
    """A white cell that has a wrong name, or none, and the key of its true one."""

    image_id: int
    cell: str
    key: str

    @property
    def selector(self) -> str:
        """Its crop in the gallery."""
        return f"[data-image='{self.image_id}'][data-cell={self.cell}]"


def faults_of(page: Page, one: Field, drawn: tuple[ReferenceCell, ...]) -> list[Fault]:
    """Compare the names of the white cells that were found on a field with what was drawn on it."""
    cells = Viewer(page, one).review()["cells"]
    found = []
    for place, cell in enumerate(cells):
        best = max(drawn, key=lambda other: overlap(cell["box"], other.box_xyxy_image_px))
        is_found = cell["counted"] and overlap(cell["box"], best.box_xyxy_image_px) >= _LEAST_OVERLAP
        is_white = cell["class"] == best.cell_class.value == "WBC"
        if is_found and is_white and best.subtype in _KEYS and cell["subtype"] != best.subtype:
            found.append(Fault(one.image_id, f"n{place}", _KEYS[str(best.subtype)]))
    return found


def correct_names(story: Story, sample_url: str, faults: list[Fault]) -> None:
    """Go to the gallery and name the first cells there that have a wrong name or none, the last one on its field."""
    story.begin("to the first white cell in the gallery")
    story.press_access_key("g")
    story.arrive(f"{sample_url}/gallery", "[data-gallery][data-ready]")
    story.skip_navigation()
    story.press_until("Tab", "[data-cell]")
    order = story.page.evaluate(_PLACES, [one.selector for one in faults])
    ranked = [fault for _, fault in sorted(zip(order, faults, strict=True), key=lambda pair: pair[0])]
    for number, fault in enumerate(ranked[: CORRECTIONS - 1], start=1):
        story.begin(f"{number}: name a white cell in the gallery")
        go_to_crop(story, fault)
        story.press(fault.key)
        story.wait_saved()
    story.begin(f"{CORRECTIONS}: name a white cell on its field")
    go_to_crop(story, ranked[CORRECTIONS - 1])
    name_on_its_field(story, ranked[CORRECTIONS - 1])


_PLACES = """selectors => {
  const crops = [...document.querySelectorAll("[data-cell]")];
  return selectors.map(selector => crops.indexOf(document.querySelector(selector)));
}"""


def go_to_crop(story: Story, fault: Fault) -> None:
    """Go to a crop of the gallery with the arrow keys."""
    where = story.page.evaluate(_STEPS_TO_CROP, fault.selector)
    for _ in range(abs(where)):
        story.press("ArrowRight" if where > 0 else "ArrowLeft")


_STEPS_TO_CROP = """selector => {
  const crops = [...document.querySelectorAll("[data-cell]")];
  return crops.indexOf(document.querySelector(selector)) - crops.indexOf(document.activeElement);
}"""


def name_on_its_field(story: Story, fault: Fault) -> None:
    """Open the field of the crop, which has its cell chosen there, and press the key of its name."""
    story.press("o")
    story.arrive("**/fields/*", "[data-viewer][data-ready]")
    story.press(fault.key)
    story.wait_saved()


def sign(story: Story, sample_url: str) -> None:
    """From the viewer to the page to sign, through its checks, and sign."""
    page = story.page
    story.begin("see the checks and accept them")
    story.press_access_key("s")
    story.arrive(f"{sample_url}/sign", "#password")
    story.skip_navigation()
    for check in page.locator("[name=acknowledged]").all():
        story.press_until("Tab", f"#{check.get_attribute('id')}")
        story.press("Space")
    story.begin(f"sign (the password takes {len(PASSWORD)})")
    story.press_until("Tab", "[name=meaning]")
    story.press("Space")
    story.press_until("Tab", "#password")
    story.type(PASSWORD)
    story.press("Enter")
    story.arrive(f"{sample_url}/reports/1", ".report-state")


def give_a_password(server: Server) -> None:
    """Let the person sign that the browser is signed in as."""
    database = create_database(Settings(data_dir=server.data_dir))
    with database.unit_of_work() as session:
        account = find_account(session, "test-admin")
        if account is None:
            raise RuntimeError("the server has no account test-admin")
        account.password_hash = hash_password(PASSWORD)
    database.dispose()


def tell(page: Page, server: Server, folder: Path, *, field_count: int = FIELDS) -> list[Step]:
    """The whole story; its steps.

    Raises:
        RuntimeError: Too few white cells have a wrong name or none.
    """
    paths, drawn = draw_fields(folder, field_count)
    fields = upload_fields(page, server, "STORY", *paths)
    faults = [fault for one, cells in zip(fields, drawn, strict=True) for fault in faults_of(page, one, cells)]
    if len(faults) < CORRECTIONS:
        raise RuntimeError(f"only {len(faults)} white cells have a wrong name or none")
    sample_url = f"{server.url}/samples/{fields[0].sample_id}"
    story = Story(page)
    story.begin("open the sample")
    story.wait(lambda: page.goto(sample_url))
    correct_names(story, sample_url, faults)
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
