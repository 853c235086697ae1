// The crops on the page: which are chosen, which has the focus, and in which group each belongs.
import { isConfirmed, isCounted, typeKey } from "../review/cells.js";

const UNSURE_OF = { WBC: "unidentified", RBC: "uncategorised" };

export class Crops {
  constructor(root, stores, types) {
    Object.assign(this, { root, stores, types, anchor: null, onChosen: () => {} });
    this.groups = new Map([...root.querySelectorAll("[data-group]")].map((group) => [group.dataset.group, group]));
    this.elements = new Map([...root.querySelectorAll("[data-cell]")].map((crop) => [`${crop.dataset.image} ${crop.dataset.cell}`, crop]));
    for (const group of this.groups.values()) this.setTabStop(group);
    root.addEventListener("click", (event) => {
      const crop = event.target.closest("[data-cell]");
      if (crop) this.choose(crop, event);
    });
  }

  all(group = this.root) {
    return [...group.querySelectorAll("[data-cell]")];
  }

  chosen() {
    return [...this.root.querySelectorAll('[data-cell][aria-selected="true"]')];
  }

  cellOf(crop) {
    return this.stores.get(crop.dataset.image).cells.get(crop.dataset.cell);
  }

  setChosen(crop, isChosen) {
    crop.setAttribute("aria-selected", String(isChosen));
  }

  // A click chooses one, with Ctrl one more, with Shift the row from the last one.
  choose(crop, { shiftKey = false, ctrlKey = false, metaKey = false } = {}) {
    const row = this.all();
    if (shiftKey && this.anchor?.isConnected) {
      const [from, to] = [row.indexOf(this.anchor), row.indexOf(crop)].sort((a, b) => a - b);
      for (const [index, other] of row.entries()) if (index >= from && index <= to) this.setChosen(other, true);
    } else if (ctrlKey || metaKey) this.setChosen(crop, crop.getAttribute("aria-selected") !== "true");
    else {
      const isOnlyOne = crop.getAttribute("aria-selected") === "true" && this.chosen().length === 1;
      for (const other of this.chosen()) this.setChosen(other, false);
      this.setChosen(crop, !isOnlyOne);
    }
    if (!shiftKey) this.anchor = crop;
    this.focus(crop);
    this.onChosen();
  }

  chooseGroup(group) {
    for (const other of this.chosen()) this.setChosen(other, false);
    for (const crop of this.all(group)) this.setChosen(crop, true);
    this.onChosen();
  }

  clear() {
    for (const crop of this.chosen()) this.setChosen(crop, false);
    this.onChosen();
  }

  focus(crop) {
    const group = crop.closest("[data-group]");
    for (const other of group.querySelectorAll('[data-cell][tabindex="0"]')) other.tabIndex = -1;
    crop.tabIndex = 0;
    crop.focus({ preventScroll: false });
  }

  // One stop of the Tab key a group.
  setTabStop(group) {
    if (group.querySelector('[data-cell][tabindex="0"]')) return;
    const first = group.querySelector("[data-cell]");
    if (first) first.tabIndex = 0;
  }

  // A cell was changed, here or elsewhere: to its group, or away.
  follow(imageId, cellId) {
    const crop = this.elements.get(`${imageId} ${cellId}`);
    if (!crop) return; // added elsewhere since: it comes when the page is loaded again
    const cell = this.stores.get(imageId).cells.get(cellId);
    const isThere = cell && isCounted(cell);
    const key = isThere ? typeKey(cell.state.class, cell.state.subtype ?? UNSURE_OF[cell.state.class]) : null;
    const group = this.groups.get(key);
    const former = crop.closest("[data-group]");
    if (isThere) this.describe(crop, cell, key);
    if (group !== former) {
      this.setChosen(crop, false);
      crop.tabIndex = -1;
      crop.remove();
      if (group) group.querySelector("[data-crops]").append(crop);
      for (const changed of [group, former]) if (changed) this.recount(changed);
    }
  }

  describe(crop, cell, key) {
    const words = isConfirmed(cell) ? "confirmed" : crop.dataset.words ?? crop.querySelector(".crop-words").textContent;
    crop.dataset.words ??= isConfirmed(cell) ? "suggested" : words;
    crop.toggleAttribute("data-confirmed", isConfirmed(cell));
    crop.querySelector(".crop-words").textContent = words;
    crop.setAttribute("aria-label", `${this.types.get(key)?.name ?? key}, ${words}`);
  }

  recount(group) {
    group.querySelector("[data-group-count]").textContent = this.all(group).length;
    this.setTabStop(group);
  }
}
