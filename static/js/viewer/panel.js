// The panel beside the field: counts, switches, sliders, the chosen cells and what can be done with them.
import { CODES, isConfirmed } from "../review/cells.js";
import { typeOfKey, wordsOf } from "../review/names.js";
import { isInside } from "./finding.js";

const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");

export class Panel {
  constructor(root, { desk, view, types, unavailable }) {
    Object.assign(this, { root, desk, view, types, unavailable });
    const elements = new Map();
    this.one = (selector) => {
      if (!elements.has(selector)) elements.set(selector, root.querySelector(selector));
      return elements.get(selector);
    };
    this.listenToButtons();
    this.listenToSliders();
    for (const box of root.querySelectorAll("[data-show]")) {
      box.addEventListener("change", () => {
        if (box.checked) desk.shown.add(box.dataset.show);
        else desk.shown.delete(box.dataset.show);
        desk.changed(null);
      });
    }
    desk.addEventListener("scene", () => this.showSoon());
    desk.addEventListener("say", (event) => { this.one("[data-say]").textContent = event.detail; });
    this.show();
  }

  listenToButtons() {
    const { desk, view } = this;
    const acts = {
      "zoom-in": () => view.zoomBy(1.25),
      "zoom-out": () => view.zoomBy(0.8),
      fit: () => view.fit(),
      pixels: () => view.zoomTo(1 / (devicePixelRatio || 1)),
      add: () => desk.enter(desk.mode === "add" ? "select" : "add"),
      region: () => desk.enter(desk.mode === "region" ? "select" : "region"),
      undo: () => desk.undo(),
      redo: () => desk.redo(),
      confirm: () => desk.confirm(),
      remove: () => desk.remove(),
      "choose-region": () => desk.chooseRegion(),
      "clear-region": () => desk.setRegion(null),
      "reset-score": () => this.setScore(null),
      "reset-light": () => this.setLight(100, 100),
    };
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-act], [data-type-key]");
      if (!button) return;
      if (button.dataset.typeKey) desk.relabel(this.types.get(button.dataset.typeKey));
      else acts[button.dataset.act]();
    });
  }

  listenToSliders() {
    const score = this.one("[data-score]");
    score.addEventListener("input", () => this.setScore(Number(score.value) / 100));
    const [light, contrast] = [this.one("[data-brightness]"), this.one("[data-contrast]")];
    const onLight = () => this.setLight(Number(light.value), Number(contrast.value));
    light.addEventListener("input", onLight);
    contrast.addEventListener("input", onLight);
    for (const name of ["show-letters", "show-letters-all"]) this.one(`[data-${name}]`).addEventListener("change", () => this.desk.changed(null));
  }

  setScore(score) {
    this.desk.leastScore = score;
    this.one("[data-score-words]").textContent = score === null ? "as counted" : `from ${score.toFixed(2)}`;
    this.one("[data-act=reset-score]").hidden = score === null;
    this.one("[data-score-note]").hidden = score === null;
    this.desk.changed(null);
  }

  setLight(brightness, contrast) {
    this.one("[data-brightness]").value = brightness;
    this.one("[data-contrast]").value = contrast;
    this.view.image.style.filter = brightness === 100 && contrast === 100 ? "" : `brightness(${brightness / 100}) contrast(${contrast / 100})`;
  }

  // Once a frame, however much happens before it.
  showSoon() {
    if (this.isQueued) return;
    this.isQueued = true;
    requestAnimationFrame(() => {
      this.isQueued = false;
      this.show();
    });
  }

  show() {
    this.showCounts();
    this.showChosen();
    const { mode, region, store } = this.desk;
    for (const name of ["add", "region"]) this.one(`[data-act=${name}]`).setAttribute("aria-pressed", String(mode === name));
    this.root.dataset.mode = mode;
    this.one("[data-region-tools]").hidden = !region;
    this.one("[data-act=add]").disabled = store.isSigned;
    this.one("[data-act=undo]").disabled = !store.undoList.canUndo;
    this.one("[data-act=redo]").disabled = !store.undoList.canRedo;
  }

  showCounts() {
    const { desk } = this;
    const { byCode, byType } = desk.counts();
    const inRegion = desk.region ? desk.counts((cell) => isInside(cell, desk.region)).byCode : null;
    const atScore = desk.leastScore === null ? null : desk.countsAtScore().byCode;
    for (const code of CODES) {
      const isUnknown = code === "NRBC" && this.unavailable.includes("NRBC") && byCode.NRBC === 0;
      this.fill(`[data-count=${code}]`, isUnknown ? "not available" : grouped(byCode[code]));
      this.fill(`[data-region=${code}]`, inRegion ? grouped(inRegion[code]) : "");
      this.fill(`[data-at-score=${code}]`, atScore ? grouped(atScore[code]) : "");
    }
    for (const column of this.root.querySelectorAll("[data-column=region]")) column.hidden = !inRegion;
    for (const column of this.root.querySelectorAll("[data-column=score]")) column.hidden = !atScore;
    for (const [key] of this.types) {
      const unnamed = key === "WBC:unidentified" ? (byType.get("WBC:") ?? 0) : 0;
      this.fill(`[data-type-key="${key}"] [data-type-count]`, grouped((byType.get(key) ?? 0) + unnamed));
    }
    const cells = [...desk.store.cells.values()].filter((cell) => cell.state.counted);
    this.fill("[data-confirmed]", `${grouped(cells.filter(isConfirmed).length)} of ${grouped(cells.length)} counted cells confirmed by a person`);
  }

  fill(selector, text) {
    const element = this.one(selector);
    if (element && element.textContent !== text) element.textContent = text;
  }

  showChosen() {
    const { store } = this.desk;
    const chosen = this.desk.chosen();
    const words = chosen.length === 1 ? wordsOf(chosen[0]) : chosen.length ? `${chosen.length} cells chosen` : "No cell chosen";
    this.fill("[data-chosen]", words);
    for (const name of ["confirm", "remove"]) this.one(`[data-act=${name}]`).disabled = !chosen.length || store.isSigned;
    const only = chosen.length === 1 ? `${chosen[0].state.class}:${chosen[0].state.subtype ?? ""}` : null;
    const adding = this.desk.mode === "add" ? `${this.desk.addType.class}:${this.desk.addType.subtype ?? ""}` : null;
    for (const button of this.root.querySelectorAll("[data-type-key]")) {
      button.disabled = store.isSigned;
      button.setAttribute("aria-pressed", String(button.dataset.typeKey === (adding ?? only)));
    }
  }
}

export function firstAddType(types) {
  return typeOfKey("r") ?? types.values().next().value;
}
