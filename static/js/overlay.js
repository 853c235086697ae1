// Says class, type and score of the cell under the pointer or chosen with the arrow keys. Listens on the document, because
// cards are replaced while images are being counted.
const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
const HINT = "Point at a cell, or press the arrow keys on the image, to see its class, its suggested type with the probability, and its score.";

function readoutOf(element) {
  return element.closest(".field-figure")?.querySelector("[data-readout]");
}

function say(cell) {
  const readout = readoutOf(cell);
  if (readout) readout.textContent = cell.querySelector("title").textContent;
}

function centreOf(cell) {
  const box = cell.getBBox();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

function shownCells(overlay) {
  return [...overlay.querySelectorAll(".cell")].filter((cell) => cell.checkVisibility?.() ?? true);
}

// The nearest cell in the arrow's direction; a step sideways costs more than one ahead.
function neighbour(overlay, chosen, [stepX, stepY]) {
  const [fromX, fromY] = centreOf(chosen);
  let best = null;
  let bestCost = Infinity;
  for (const cell of shownCells(overlay)) {
    const [x, y] = centreOf(cell);
    const ahead = (x - fromX) * stepX + (y - fromY) * stepY;
    const aside = Math.abs((x - fromX) * stepY) + Math.abs((y - fromY) * stepX);
    const cost = ahead + 2 * aside;
    if (cell !== chosen && ahead > 0 && cost < bestCost) [best, bestCost] = [cell, cost];
  }
  return best;
}

function clear(overlay) {
  for (const cell of overlay.querySelectorAll("[data-chosen]")) cell.removeAttribute("data-chosen");
}

function choose(overlay, cell) {
  clear(overlay);
  cell.setAttribute("data-chosen", "");
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  say(cell);
}

function onKey(event) {
  const overlay = event.target.closest?.("[data-overlay]");
  if (!overlay) return;
  if (event.key === "Escape") {
    clear(overlay);
    readoutOf(overlay).textContent = HINT;
  }
  const step = STEPS[event.key];
  if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const chosen = overlay.querySelector("[data-chosen]");
  const next = chosen ? neighbour(overlay, chosen, step) : shownCells(overlay)[0];
  if (next) choose(overlay, next);
}

// A page that scrolls to a cell chosen with the keyboard moves other cells under a pointer that lies still.
let pointedAt = "";

function onPointer(event) {
  const place = `${event.screenX},${event.screenY}`;
  if (place === pointedAt) return;
  pointedAt = place;
  const cell = event.target.closest?.(".cell");
  if (cell) say(cell);
}

document.addEventListener("keydown", onKey);
document.addEventListener("pointerover", onPointer);
document.addEventListener("click", (event) => {
  const cell = event.target.closest?.(".cell");
  if (cell) choose(cell.closest("[data-overlay]"), cell);
});
