// The gallery: choose crops, then name, confirm or remove them with a key, a button or by dragging.
import { isConfirmed } from "../review/cells.js";
import { FieldStore } from "../review/field-store.js";
import { readTypes } from "../review/names.js";
import { showSaveStates } from "../review/save-state.js";
import { showConflicts } from "../viewer/conflicts.js";
import { Crops } from "./crops.js";
import { Hands } from "./hands.js";
import { listenToDrag } from "./dragging.js";
import { listenToGalleryKeys } from "./gallery-keys.js";

const SYNC_MS = 30000; // of each of up to 24 fields

const root = document.querySelector("[data-gallery]");

async function start() {
  const types = readTypes(root);
  const ids = root.dataset.imageIds.split(",").filter(Boolean);
  const stores = new Map();
  const how = { syncMs: SYNC_MS, isSigned: "signed" in root.dataset };
  for (const id of ids) stores.set(id, await FieldStore.load(id, root.dataset.editor, how));
  const crops = new Crops(root, stores, types);
  const hands = new Hands(root, { stores, crops });
  crops.onChosen = () => hands.show();
  for (const [imageId, store] of stores) {
    store.addEventListener("change", (event) => {
      for (const cell of event.detail.cells) crops.follow(imageId, cell);
      hands.show();
    });
    // What this tab could not deliver before, or what somebody changed while the page was on its way.
    for (const cell of store.cells.values()) if (isConfirmed(cell)) crops.follow(imageId, cell.id);
    showConflicts(root.querySelector("[data-conflicts]"), { store, types });
  }
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act], [data-type-key], [data-choose-group]");
    if (!button) return;
    if (button.dataset.typeKey) hands.relabel(types.get(button.dataset.typeKey));
    else if (button.dataset.act) hands.act(button.dataset.act);
    else crops.chooseGroup(button.closest("[data-group]"));
  });
  listenToGalleryKeys({ crops, hands });
  listenToDrag(root, { crops, hands, types });
  showSaveStates(root.querySelector("[data-save-state]"), [...stores.values()]);
  hands.show();
  // On a telephone the names would cover the cells; they open with a tap.
  if (matchMedia("(max-width: 36rem)").matches) root.querySelector(".gallery-names").open = false;
  root.dataset.ready = "yes";
}

start().catch((error) => {
  const state = root.querySelector("[data-save-state]");
  state.dataset.state = "stopped";
  state.textContent = `The cells could not be opened: ${error.message} Load the page again.`;
});
