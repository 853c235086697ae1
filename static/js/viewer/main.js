// Puts the viewer together: the field's cells from the server, the stage, the panel, the list and the keyboard.
import { FieldStore } from "../review/field-store.js";
import { lettersOf, readTypes } from "../review/names.js";
import { showSaveStates } from "../review/save-state.js";
import { CellList } from "./cell-list.js";
import { showConflicts } from "./conflicts.js";
import { Desk } from "./desk.js";
import { Drawing } from "./drawing.js";
import { listenToKeys } from "./keys.js";
import { showMarks } from "./marks.js";
import { firstAddType, Panel } from "./panel.js";
import { listenToPointers } from "./pointer.js";
import { View } from "./view.js";

const KEYS_SETTING = "bloodcount.single-keys";
const CELL_ZOOM_SHARE = 0.25; // of the stage, taken by a cell that another page led to

const root = document.querySelector("[data-viewer]");

function keysSwitch(box) {
  box.checked = localStorage.getItem(KEYS_SETTING) !== "off";
  box.addEventListener("change", () => localStorage.setItem(KEYS_SETTING, box.checked ? "on" : "off"));
  return () => box.checked;
}

// The cell that the address names, from a gallery: chosen, in the middle, and large enough to judge.
function openNamedCell(desk, view) {
  const cell = desk.store.cells.get(location.hash.replace("#cell=", ""));
  if (!cell) return;
  const [x1, y1, x2, y2] = cell.state.box;
  const zoom = (CELL_ZOOM_SHARE * Math.min(view.width, view.height)) / Math.max(x2 - x1, y2 - y1);
  view.centreOn([(x1 + x2) / 2, (y1 + y2) / 2], Math.max(zoom, view.fitZoom));
  desk.choose(cell);
  view.stage.focus({ preventScroll: true }); // whoever came for this cell names it with one key
}

async function start() {
  const one = (selector) => root.querySelector(selector);
  const [stage, image] = [one("[data-stage]"), one("[data-image]")];
  const store = await FieldStore.load(root.dataset.imageId, root.dataset.editor, { isSigned: "signed" in root.dataset });
  const types = readTypes(root);
  const view = new View(stage, one("[data-world]"), image, store.review);
  const desk = new Desk(store, view);
  desk.addType = firstAddType(types);
  const [letters, lettersOnAll] = [one("[data-show-letters]"), one("[data-show-letters-all]")];
  const drawing = new Drawing(one("[data-cells]"), view, () => ({
    cells: () => desk.seen(),
    boxOf: (id) => desk.boxOf(id),
    selected: desk.selected,
    letters: letters.checked,
    lettersOnAll: lettersOnAll.checked,
    lettersOf,
  }));
  desk.addEventListener("scene", (event) => drawing.paint(event.detail.cells));
  drawing.paint();
  showMarks(one("[data-world]"), view, desk);
  new CellList(one("[data-cell-list]"), desk);
  new Panel(root, { desk, view, types, unavailable: store.review.unavailable });
  listenToPointers(stage, view, desk);
  listenToKeys([stage, one("[data-cell-list]")], { view, desk, singleKeysOn: keysSwitch(one("[data-keys]")) });
  showSaveStates(one("[data-save-state]"), [store]);
  showConflicts(one("[data-conflicts]"), { store, types });
  openNamedCell(desk, view);
  addEventListener("hashchange", () => openNamedCell(desk, view));
  root.dataset.ready = "yes";
}

start().catch((error) => {
  const state = root.querySelector("[data-save-state]");
  state.dataset.state = "stopped";
  state.textContent = `The field could not be opened: ${error.message} Load the page again.`;
});
