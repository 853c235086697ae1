"""What tests read off an open sample page, and what the API says about the same sample."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

CODES = ("RBC", "WBC", "PLT", "NRBC")
_COUNTED_TIMEOUT_MS = 120_000
_LOADED = """() => [...document.querySelectorAll('.field-canvas img')].every(
    image => { image.loading = 'eager'; return image.complete && image.naturalWidth > 0 })"""


@dataclass(frozen=True, slots=True)
class SamplePage:
    """An open page of a sample."""

    page: Page

    @property
    def sample_id(self) -> int:
        """The number of the sample, from the page's address."""
        found = re.search(r"/samples/(\d+)", self.page.url)
        assert found, self.page.url
        return int(found[1])

    def record(self, address: str) -> dict[str, Any]:
        """What the API answers."""
        origin = re.match(r"https?://[^/]+", self.page.url)
        assert origin
        answer = self.page.request.get(f"{origin[0]}/api/v1/{address}")
        assert answer.ok, answer.text()
        body: dict[str, Any] = answer.json()
        return body

    def wait_until_counted(self, images: int) -> None:
        """Wait until the page itself shows that every image is counted."""
        words = "The image is counted." if images == 1 else f"All {images} images are counted."
        expect(self.page.locator("[data-coverage]")).to_contain_text(words, timeout=_COUNTED_TIMEOUT_MS)

    def pooled_counts(self) -> dict[str, int | None]:
        """The pooled counts on the page, None where it says that one is not available."""
        tiles = {code: self.page.locator(f".tile[data-count={code}] .tile-value").inner_text() for code in CODES}
        return {code: None if text == "not available" else int(re.sub(r"\D", "", text)) for code, text in tiles.items()}

    def check_counts_and_shapes(self) -> dict[str, Any]:
        """Check that page, drawing and API agree on every image, and return the sample as the API gives it."""
        sample = self.record(f"samples/{self.sample_id}")
        unavailable: set[str] = set()
        for image in sample["images"]:
            result = self.record(f"images/{image['id']}/result")
            unavailable.update(result["unavailable"])
            self._check_image(image["id"], result)
        assert self.pooled_counts() == {code: None if code in unavailable else sample["counts"][code] for code in CODES}
        return sample

    def _check_image(self, image_id: int, result: dict[str, Any]) -> None:
        card = self.page.locator(f"#image-{image_id}")
        for code in CODES:
            is_available = code not in result["unavailable"]
            expected = [str(result["counts"][code])] if is_available else []
            assert card.locator(f".layer-count[data-count={code}]").all_inner_texts() == expected
            assert card.locator(f".cell[data-class={code}]").count() == (result["counts"][code] if is_available else 0)

    def wait_for_images_to_load(self) -> None:
        """Wait until every photograph on the page is decoded and has its size."""
        # Not wait_for_function: it evaluates text as script, which the pages' own policy forbids.
        wait_for(lambda: self.page.evaluate(_LOADED))


def wait_for(condition: Callable[[], object], *, seconds: float = 60.0) -> None:
    """Wait until a function without arguments gives something true.

    Raises:
        AssertionError: It did not in time.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
