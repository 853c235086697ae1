"""How long it takes, and how many keys, from an open sample to a signed report: ten fields, five corrections, no mouse.

``python -m tests.e2e.story`` draws ten fields, has them counted with the shipped weights, and prints a table. The seconds
are those between a key and the page that shows what it did; the pauses that a person makes are not in them.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from app.db.repositories.accounts import find_account
from app.db.session import create_database
from app.services.accounts.passwords import hash_password
from app.settings import Settings
from model.rendering import ReferenceCell, SmearRecipe, encode_png, render_smear
from model.types import BoxXyxy, Size
from tests.e2e.conftest import SIGNED_IN
from tests.e2e.review_desk import SAVED, Field, upload_fields
from tests.e2e.serving import Server, running_server

FIELDS = 10
PASSWORD = "seven drowsy llamas whistle"
_MOST_KEYS = 400
_LEAST_OVERLAP = 0.3
_DEADLINE_MS = 60_000


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


def true_type(box: BoxXyxy, drawn: tuple[ReferenceCell, ...]) -> str | None:
    """The sub-type of the drawn cell under a box; None where there is none or it has no sub-type."""
    best = max(drawn, key=lambda cell: overlap(box, cell.box_xyxy_image_px))
    if overlap(box, best.box_xyxy_image_px) < _LEAST_OVERLAP or best.subtype is None:
        return None
    return f"{best.cell_class.value}:{best.subtype.value}"


def read_review(page: Page, one: Field) -> list[dict[str, Any]]:
    """The cells of a field as the server has them."""
    cells: list[dict[str, Any]] = page.request.get(f"{one.server.url}/api/v1/images/{one.image_id}/review").json()[
        "cells"
    ]
    return cells


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        paths, drawn = draw_fields(folder)
        command = ["-c", "from app.cli import main; main()", "serve", "--port", "0"]
        with running_server(command, folder) as server:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 900}, storage_state=SIGNED_IN)
            fields = upload_fields(page, server, "STORY", *paths)
            print("counted", time.process_time())
            for f, d in zip(fields, drawn):
                cells = read_review(page, f)
                print(
                    f.image_id,
                    len(cells),
                    [
                        (i, c["subtype"], true_type(c["box"], d))
                        for i, c in enumerate(cells)
                        if c["class"] == "WBC" and c["counted"]
                    ],
                )
            print(cells[0])
            page.goto(fields[0].gallery_url)
            print(page.eval_on_selector_all("[data-type-key]", "a => a.map(x => [x.dataset.typeKey, x.dataset.key])"))
            print(
                page.goto(f"{server.url}/samples/1/sign"),
                page.inner_text(".checks") if page.locator(".checks").count() else page.inner_text("main")[:800],
            )
