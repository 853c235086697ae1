"""How long the viewer's frames take while a field is panned, and how soon an edit is seen; beside an empty page.

The frame rate's limit is lifted, so that the time between two frames is what a frame costs. ``python -m
tests.e2e.frame_times`` measures a field of 1,500 cells, the same cells as SVG, and an empty page, in one run.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from tests.e2e.conftest import SIGNED_IN
from tests.e2e.serving import Server, running_server

UNLIMITED = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-frame-rate-limit"]
FRAMES = 300
_STEP_PX = 7
_EDITS = 60

_FRAMES_SCRIPT = """([frames, step, move]) => new Promise((resolve) => {
  const times = [];
  let before = null;
  let at = 0;
  // There and back again, over so many frames across and down.
  const drag = (across, down) => {
    const stage = document.querySelector("[data-stage]");
    const frame = stage.getBoundingClientRect();
    const x = frame.left + frame.width / 2 + step * (Math.abs((at % across) - across / 2) - across / 4);
    const y = frame.top + frame.height / 2 + step * (Math.abs((at % down) - down / 2) - down / 4);
    const type = at === 0 ? "pointerdown" : "pointermove";
    stage.dispatchEvent(new PointerEvent(type, { pointerId: 1, clientX: x, clientY: y, button: 0, bubbles: true }));
  };
  const moves = {
    nothing: () => {
      const box = document.querySelector("div") ?? document.body.appendChild(document.createElement("div"));
      box.style.cssText = "position: absolute; width: 860px; height: 630px; background: #10121a";
      box.style.transform = `translate3d(${step * (Math.abs((at % 60) - 30) - 15)}px, 0, 0)`;
    },
    viewer: () => drag(60, 44),
    far: () => drag(280, 200),
    svg: () => {
      const world = document.querySelector("[data-world]");
      const x = step * (Math.abs((at % 60) - 30) - 15);
      const y = step * (Math.abs((at % 44) - 22) - 11);
      world.style.transform = `translate3d(${x}px, ${y}px, 0)`;
    },
  };
  const tick = (now) => {
    if (before !== null) times.push(now - before);
    before = now;
    if (times.length >= frames) return resolve(times);
    moves[move]();
    at += 1;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
})"""

_EDITS_SCRIPT = """async (edits) => {
  const stage = document.querySelector("[data-stage]");
  stage.focus();
  const times = [];
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const press = (key) => stage.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  for (let index = 0; index < edits; index += 1) {
    press(index % 2 ? "ArrowLeft" : "ArrowRight");
    await frame();
    await frame();
    const before = performance.now();
    press("Enter");
    await frame();
    // The frame that shows it is on its way when the next one begins.
    await frame();
    times.push(performance.now() - before);
  }
  return times;
}"""


def frame_times(page: Page, move: str) -> dict[str, float]:
    """Median and 95th percentile of the time between frames, in ms, while ``move`` goes on."""
    found: list[float] = page.evaluate(_FRAMES_SCRIPT, [FRAMES, _STEP_PX, move])
    return _summary(found[10:])


def edit_times(page: Page) -> dict[str, float]:
    """Median and 95th percentile of the time from a key to the frame that shows the edit, in ms."""
    return _summary(page.evaluate(_EDITS_SCRIPT, _EDITS))


def _summary(times: list[float]) -> dict[str, float]:
    return {
        "median_ms": round(statistics.median(times), 2),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 2),
        "most_ms": round(max(times), 2),
    }


def open_large_field(page: Page, server: Server, folder: Path) -> int:
    """Upload the field of 1,500 cells, open it in the viewer, and say how many cells it has."""
    answer = page.request.post(f"{server.url}/api/v1/samples", data={"accession_number": "LARGE"})
    sample_id = answer.json()["id"]
    content = (folder / "large.png").read_bytes()
    part: FilePayload = {"name": "large.png", "mimeType": "image/png", "buffer": content}
    sent = page.request.post(f"{server.url}/api/v1/samples/{sample_id}/images", multipart={"files": part})
    image_id = sent.json()["files"][0]["image_id"]
    while not page.request.get(f"{server.url}/api/v1/images/{image_id}/result").ok:
        page.wait_for_timeout(100)
    page.goto(f"{server.url}/samples/{sample_id}/fields/{image_id}")
    page.locator("[data-viewer][data-ready]").wait_for()
    page.wait_for_timeout(1500)
    return sum(page.request.get(f"{server.url}/api/v1/images/{image_id}/result").json()["counts"].values())


_AS_SVG = """async (imageId) => {
  const review = await (await fetch(`/images/${imageId}/review`)).json();
  const canvas = document.querySelector("[data-cells]");
  const image = document.querySelector("[data-image]");
  const paths = review.cells.filter((cell) => cell.counted).map(({ box: [x1, y1, x2, y2] }) => {
    const [width, height] = [x2 - x1, y2 - y1];
    const arc = `a${width / 2} ${height / 2} 0 1 0`;
    const d = `M${x1} ${y1 + height / 2}${arc} ${width} 0${arc} ${-width} 0z`;
    const common = `d="${d}" fill="none" vector-effect="non-scaling-stroke"`;
    return `<path ${common} stroke="#10121a" stroke-width="3.6"/>` +
      `<path ${common} stroke="#fafe01" stroke-width="1.2" stroke-dasharray="2.5 3"/>`;
  });
  const holder = document.createElement("div");
  holder.innerHTML = `<svg viewBox="0 0 ${review.width} ${review.height}">${paths.join("")}</svg>`;
  const svg = holder.firstChild;
  const { width, height } = image.style;
  Object.assign(svg.style, { position: "absolute", left: 0, top: 0, width, height, maxWidth: "none" });
  canvas.replaceWith(svg);
}"""

_SVG_EDITS = """async (edits) => {
  const cells = document.querySelectorAll("[data-world] path:nth-child(even)");
  const times = [];
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  for (let index = 0; index < edits; index += 1) {
    await frame();
    await frame();
    const before = performance.now();
    cells[index * 12].setAttribute("stroke-dasharray", "none");
    await frame();
    await frame();
    times.push(performance.now() - before);
  }
  return times;
}"""


def measure(browser: Browser, server: Server, folder: Path) -> dict[str, Any]:
    """All figures of one run, each at two zooms: the whole field, and four times that."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, storage_state=SIGNED_IN)  # type: ignore[arg-type]
    page.goto(f"{server.url}/example.jpg")
    page.goto("about:blank")
    found: dict[str, Any] = {"empty page": frame_times(page, "nothing")}
    found["cells"] = open_large_field(page, server, folder)
    found["canvas, whole field, panning"] = frame_times(page, "viewer")
    found["canvas, edit shown"] = edit_times(page)
    page.evaluate("() => document.querySelector('[data-act=fit]').click()")
    for _ in range(6):
        page.evaluate("() => document.querySelector('[data-act=zoom-in]').click()")
    page.wait_for_timeout(1000)
    found["canvas, enlarged, panning"] = frame_times(page, "viewer")
    found["canvas, enlarged, panning far"] = frame_times(page, "far")
    found["canvas, enlarged, edit shown"] = edit_times(page)
    for name, zooms in (("whole field", 0), ("enlarged", 6)):
        page.reload()
        page.locator("[data-viewer][data-ready]").wait_for()
        for _ in range(zooms):
            page.evaluate("() => document.querySelector('[data-act=zoom-in]').click()")
        page.evaluate(_AS_SVG, page.get_attribute("[data-viewer]", "data-image-id"))
        page.wait_for_timeout(1500)
        found[f"svg, {name}, panning"] = frame_times(page, "svg")
        found[f"svg, {name}, edit shown"] = _summary(page.evaluate(_SVG_EDITS, _EDITS))
    page.goto("about:blank")
    found["empty page again"] = frame_times(page, "nothing")
    page.close()
    return found


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with running_server(["-m", "tests.e2e.review_server", "--with-large"], folder) as server:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=UNLIMITED)
            json.dump(measure(browser, server, folder), sys.stdout, indent=1)
            browser.close()


if __name__ == "__main__":
    main()
