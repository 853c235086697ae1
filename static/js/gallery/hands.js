// What is done with the chosen crops. Cells of several fields change together, and are taken back together.
import { SIGNED } from "../review/field-store.js";
import { wordsOf } from "../review/names.js";
import { addToLibrary } from "./library.js";

export class Hands {
  constructor(root, { stores, crops }) {
    Object.assign(this, { root, stores, crops, steps: [], position: 0 });
  }

  say(words) {
    this.root.querySelector("[data-say]").textContent = words;
  }

  // The chosen crops, or the one with the focus.
  inHand() {
    const chosen = this.crops.chosen();
    const focused = document.activeElement?.closest?.("[data-cell]");
    return chosen.length ? chosen : focused ? [focused] : [];
  }

  get isSigned() {
    return "signed" in this.root.dataset;
  }

  edit(change, words) {
    if (this.isSigned) {
      this.say(SIGNED);
      return;
    }
    const crops = this.inHand();
    if (!crops.length) {
      this.say("Choose a cell first: click it, or go to it with the arrow keys.");
      return;
    }
    const next = this.nextAfter(crops);
    const byImage = new Map();
    for (const crop of crops) {
      if (!byImage.has(crop.dataset.image)) byImage.set(crop.dataset.image, []);
      byImage.get(crop.dataset.image).push({ ...change, cell: crop.dataset.cell });
    }
    for (const [imageId, changes] of byImage) this.stores.get(imageId).perform(changes);
    this.steps.length = this.position;
    this.steps.push([...byImage.keys()]);
    this.position += 1;
    this.crops.clear();
    // The last of a group goes with its crop; without any the keyboard would be lost.
    const goOn = [next, crops.at(-1), this.crops.all()[0]].find((crop) => crop?.isConnected);
    if (goOn) this.crops.focus(goOn);
    this.say(`${crops.length} ${crops.length === 1 ? "cell" : "cells"} ${words}.`);
    this.show();
  }

  // The hand goes on where it was: the first crop after the changed ones that stays in its group.
  nextAfter(crops) {
    const row = this.crops.all(crops.at(-1).closest("[data-group]"));
    const after = row.slice(row.indexOf(crops.at(-1)) + 1).find((crop) => !crops.includes(crop));
    return after ?? row.findLast((crop) => !crops.includes(crop));
  }

  relabel(type) {
    this.edit({ action: "relabel", class: type.class, subtype: type.subtype }, `named ${type.name.toLowerCase()}`);
  }

  act(name) {
    if (name === "confirm") this.edit({ action: "confirm" }, "confirmed");
    else if (name === "remove") this.edit({ action: "delete" }, "removed");
    else if (name === "open") this.open();
    else if (name === "library") addToLibrary(this);
    else this.step(name);
  }

  open() {
    const [crop] = this.inHand();
    if (!crop) this.say("Choose a cell first.");
    else location.assign(`/samples/${this.root.dataset.sampleId}/fields/${crop.dataset.image}#cell=${crop.dataset.cell}`);
  }

  step(name) {
    const isUndo = name === "undo";
    if (isUndo ? this.position === 0 : this.position === this.steps.length) {
      this.say(`There is nothing to ${isUndo ? "take back" : "do again"}.`);
      return;
    }
    const images = this.steps[isUndo ? this.position - 1 : this.position];
    this.position += isUndo ? -1 : 1;
    const outcomes = images.map((imageId) => this.stores.get(imageId)[name]());
    const done = outcomes.reduce((sum, outcome) => sum + (outcome?.done ?? 0), 0);
    this.say(`${done} ${done === 1 ? "change" : "changes"} ${isUndo ? "taken back" : "made again"}.`);
    this.show();
  }

  button(act) {
    return this.root.querySelector(`[data-act=${act}]`);
  }

  show() {
    const chosen = this.crops.chosen();
    const words = chosen.length === 1 ? wordsOf(this.crops.cellOf(chosen[0])) : chosen.length ? `${chosen.length} cells chosen` : "No cell chosen";
    this.root.querySelector("[data-chosen]").textContent = words;
    for (const name of ["confirm", "remove"]) this.button(name).disabled = !chosen.length || this.isSigned;
    for (const name of ["open", "library"]) this.button(name).disabled = !chosen.length;
    this.button("undo").disabled = this.position === 0;
    this.button("redo").disabled = this.position === this.steps.length;
    for (const button of this.root.querySelectorAll("[data-type-key]")) {
      button.disabled = !chosen.length || this.isSigned;
      const group = this.crops.groups.get(button.dataset.typeKey);
      button.querySelector("[data-type-count]").textContent = group ? this.crops.all(group).length : "";
    }
  }
}
