"""What tests do at the viewer and read off it, and what the API says of the same field."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.sample_page import wait_for
from tests.e2e.serving import Server

CODES = ("RBC", "WBC", "PLT", "NRBC")
SAVED = "All changes saved"


@dataclass(frozen=True, slots=True)
class Field:
    """A counted field of a sample."""

    server: Server
    sample_id: int
    image_id: int

    @property
    def viewer_url(self) -> str:
        """The address of its viewer."""
        return f"{self.server.url}/samples/{self.sample_id}/fields/{self.image_id}"

    @property
    def gallery_url(self) -> str:
        """The address of its sample's gallery of white cells."""
        return f"{self.server.url}/samples/{self.sample_id}/gallery"


def upload_fields(page: Page, server: Server, number: str, *paths: Path) -> list[Field]:
    """Make a sample of these images over the API and wait until they are counted."""
    sample = page.request.post(f"{server.url}/api/v1/samples", data={"accession_number": number}).json()
    fields = []
    for path in paths:
        part: FilePayload = {"name": path.name, "mimeType": "image/png", "buffer": path.read_bytes()}
        answer = page.request.post(f"{server.url}/api/v1/samples/{sample['id']}/images", multipart={"files": part})
        fields.append(Field(server, sample["id"], answer.json()["files"][0]["image_id"]))
    for field in fields:
        address = f"{server.url}/api/v1/images/{field.image_id}/result"
        wait_for(functools.partial(_answers, page, address))
    return fields


def _answers(page: Page, address: str) -> bool:
    return page.request.get(address).ok


@dataclass(frozen=True, slots=True)
class Viewer:
    """An open viewer."""

    page: Page
    field: Field

    @classmethod
    def open(cls, page: Page, field: Field) -> "Viewer":
        """Open the field and wait until it can be edited."""
        page.goto(field.viewer_url)
        page.locator("[data-viewer][data-ready]").wait_for()
        return cls(page, field)

    def review(self) -> dict[str, Any]:
        """The field as the server has it."""
        body: dict[str, Any] = self.page.request.get(
            f"{self.field.server.url}/api/v1/images/{self.field.image_id}/review"
        ).json()
        return body

    def result(self) -> dict[str, Any]:
        """The result record as everybody sees it."""
        body: dict[str, Any] = self.page.request.get(
            f"{self.field.server.url}/api/v1/images/{self.field.image_id}/result"
        ).json()
        return body

    def choose(self, cell: str) -> None:
        """Choose a cell by its entry in the list."""
        self.page.locator(f"#cell-{cell}").click()

    def names(self, cell: str, key: str) -> None:
        """Choose a cell and press a key."""
        self.choose(cell)
        self.page.locator("[data-cell-list]").press(key)

    def shown_counts(self) -> dict[str, int]:
        """The counts beside the field."""
        texts = {code: self.page.locator(f"td[data-count={code}]").inner_text() for code in CODES}
        return {code: int(re.sub(r"\D", "", text)) for code, text in texts.items()}

    def expect_saved(self) -> None:
        """Wait until the page says that all is saved."""
        expect(self.page.locator("[data-save-state]")).to_have_text(SAVED)

    def cell_of(self, cell_class: str, index: int = 0) -> str:
        """The name of the network's first counted cell of a class, or a later one."""
        cells = self.review()["cells"]
        found = [place for place, cell in enumerate(cells) if cell["class"] == cell_class and cell["counted"]]
        return f"n{found[index]}"

    def on_stage(self, cell: str) -> tuple[float, float]:
        """Where the middle of a cell is on the screen while the whole field is shown."""
        review = self.review()
        frame = self.page.locator("[data-image]").bounding_box()
        assert frame is not None
        x1, y1, x2, y2 = review["cells"][int(cell[1:])]["box"]
        share = frame["width"] / review["width"]
        return frame["x"] + (x1 + x2) / 2 * share, frame["y"] + (y1 + y2) / 2 * share
