// What is chosen, shown and being done on one field. Everything that changes cells goes through here.
// Events: "scene" (something drawn or listed changed), "say" (a sentence for the status line).
import { CODES, codeOf, countCells, isCounted } from "../review/cells.js";
import { wordsOf } from "../review/names.js";
import { newKey } from "../send-file.js";
import { SIGNED } from "../review/field-store.js";
import { boxBetween, cellAt, centreOf, isInside, neighbour, typicalBox } from "./finding.js";

const SLACK_PX = { mouse: 2, touch: 12, pen: 4 };

export class Desk extends EventTarget {
  constructor(store, view) {
    super();
    Object.assign(this, { store, view, mode: "select", leastScore: null, region: null, draft: null, cross: null, sizeShare: 1 });
    this.selected = new Set();
    this.current = null;
    this.shown = new Set(CODES);
    this.addType = { class: "RBC", subtype: null, name: "Red cell" };
    this.isSeen = (cell) => this.shown.has(codeOf(cell)) && isCounted(cell, this.leastScore);
    store.addEventListener("change", (event) => this.onChange(event.detail.cells));
  }

  get size() {
    return this.store.review;
  }

  // The cells that are drawn now.
  seen() {
    return [...this.store.cells.values()].filter(this.isSeen);
  }

  onChange(ids) {
    for (const id of ids) if (!this.isVisible(id)) this.selected.delete(id);
    this.changed(ids);
  }

  isVisible(id) {
    const cell = this.store.cells.get(id);
    return Boolean(cell) && this.isSeen(cell);
  }

  // Something is drawn differently: these cells, or all of them (null).
  changed(cells = []) {
    this.dispatchEvent(new CustomEvent("scene", { detail: { cells } }));
  }

  boxOf(id) {
    return this.store.cells.get(id)?.state.box ?? null;
  }

  say(words) {
    this.dispatchEvent(new CustomEvent("say", { detail: words }));
  }

  // --- choosing
  choose(cell, { add = false } = {}) {
    if (!add) this.selected.clear();
    if (add && this.selected.has(cell.id)) this.selected.delete(cell.id);
    else this.selected.add(cell.id);
    this.current = cell.id;
    this.view.reveal(cell.state.box);
    this.say(this.selected.size > 1 ? `${this.selected.size} cells chosen. Last: ${wordsOf(cell)}` : wordsOf(cell));
    this.changed();
  }

  chooseAt(point, { add, pointerType }) {
    const cell = cellAt(this.seen(), point, (SLACK_PX[pointerType] ?? 2) / this.view.zoom);
    if (cell) this.choose(cell, { add });
    else if (!add) this.clear();
  }

  clear() {
    this.selected.clear();
    this.changed();
  }

  step(direction, { add = false } = {}) {
    const cells = this.seen();
    if (!cells.length) return;
    const from = this.store.cells.get(this.current);
    const next = from && this.isSeen(from) ? neighbour(cells, from, direction) : this.nearestToMiddle(cells);
    if (next) this.choose(next, { add });
  }

  nearestToMiddle(cells) {
    const [x, y] = this.view.toImage([this.view.width / 2, this.view.height / 2]);
    const distance = (cell) => Math.hypot(centreOf(cell)[0] - x, centreOf(cell)[1] - y);
    return cells.reduce((best, cell) => (distance(cell) < distance(best) ? cell : best));
  }

  chooseAllOf(type) {
    const all = this.seen().filter((cell) => cell.state.class === type.class && cell.state.subtype === type.subtype);
    this.selected = new Set(all.map((cell) => cell.id));
    this.say(`${all.length} cells chosen.`);
    this.changed();
  }

  // --- changing
  chosen() {
    return [...this.selected].map((id) => this.store.cells.get(id)).filter((cell) => cell && !cell.state.removed);
  }

  edit(change, words) {
    if (this.store.isSigned) {
      this.say(SIGNED);
      return;
    }
    const cells = this.chosen();
    if (!cells.length) {
      this.say("Choose a cell first: click it, or press the arrow keys.");
      return;
    }
    const made = this.store.perform(cells.map((cell) => ({ ...change, cell: cell.id })));
    this.say(made.length === 1 ? `${words}: ${wordsOf(this.store.cells.get(made[0].cell))}` : `${words}: ${made.length} cells`);
  }

  relabel(type) {
    if (this.mode === "add") {
      this.addType = type;
      this.say(`The next cell is added as ${type.name}.`);
      this.changed();
      return;
    }
    this.edit({ action: "relabel", class: type.class, subtype: type.subtype }, "Named");
  }

  confirm() {
    this.edit({ action: "confirm" }, "Confirmed");
  }

  remove() {
    this.edit({ action: "delete" }, "Removed");
  }

  add(box) {
    if (box[2] - box[0] < 2 || box[3] - box[1] < 2) return;
    const { class: cellClass, subtype, name } = this.addType;
    const [made] = this.store.perform([{ action: "add", cell: `p${newKey()}`, class: cellClass, subtype, box }]);
    if (!made) return;
    this.selected = new Set([made.cell]);
    this.current = made.cell;
    this.say(`Added: ${name}.`);
    this.changed();
  }

  addAt(point) {
    this.add(typicalBox(this.seen(), this.addType.class, point, this.size, this.sizeShare));
  }

  undo() {
    this.told(this.store.undo(), "taken back");
  }

  redo() {
    this.told(this.store.redo(), "made again");
  }

  told(outcome, words) {
    if (!outcome) this.say(`There is nothing to be ${words}.`);
    else if (outcome.left) this.say(`${outcome.done} changes ${words}; ${outcome.left} cells were changed elsewhere since and stay.`);
    else this.say(`${outcome.done} ${outcome.done === 1 ? "change" : "changes"} ${words}.`);
    this.changed();
  }

  // --- modes: select, add a cell, draw a region
  enter(mode) {
    if (mode === "add" && this.store.isSigned) {
      this.say(SIGNED);
      return;
    }
    this.mode = mode;
    this.draft = null;
    this.corner = null;
    this.cross = null;
    this.say({
      select: "Choosing cells.",
      add: `Adding ${this.addType.name}: click its middle, drag a box, or move the cross with the arrow keys and press Enter. A name's key or button changes what is added.`,
      region: "Counting in a region: drag a rectangle, or mark two corners with the arrow keys and Enter.",
    }[mode]);
    this.changed();
  }

  leave() {
    if (this.mode !== "select") this.enter("select");
    else if (this.region) this.setRegion(null);
    else this.clear();
  }

  draw(from, to) {
    const box = boxBetween(from, to, this.size);
    if (this.mode === "region") this.region = box;
    else this.draft = box;
    this.changed();
  }

  finishDraw(from, to) {
    this.draft = null;
    const box = boxBetween(from, to, this.size);
    if (this.mode === "region") this.setRegion(box);
    else this.add(box);
  }

  setRegion(box) {
    this.region = box;
    const { byCode } = this.counts((cell) => box && isInside(cell, box));
    this.say(box ? `In the region: ${CODES.map((code) => `${code} ${byCode[code]}`).join(", ")}.` : "No region.");
    this.changed();
  }

  chooseRegion() {
    if (!this.region) return;
    this.selected = new Set(this.seen().filter((cell) => isInside(cell, this.region)).map((cell) => cell.id));
    this.say(`${this.selected.size} cells chosen.`);
    this.changed();
  }

  moveCross([dx, dy], far) {
    const { zoom } = this.view;
    const by = (far ? 40 : 8) / zoom;
    const [x, y] = this.cross ?? this.view.toImage([this.view.width / 2, this.view.height / 2]);
    this.cross = [Math.min(this.size.width, Math.max(0, x + dx * by)), Math.min(this.size.height, Math.max(0, y + dy * by))];
    this.view.reveal([this.cross[0], this.cross[1], this.cross[0], this.cross[1]]);
    if (this.corner) this.draw(this.corner, this.cross);
    else this.changed();
  }

  markCross() {
    this.cross ??= this.view.toImage([this.view.width / 2, this.view.height / 2]);
    if (this.mode === "add") this.addAt(this.cross);
    else if (this.corner) {
      this.finishDraw(this.corner, this.cross);
      this.corner = null;
    } else {
      this.corner = this.cross;
      this.say("First corner marked; move to the opposite one and press Enter.");
    }
  }

  // --- counting
  counts(passes = () => true) {
    return countCells(this.store.cells.values(), (cell) => isCounted(cell) && passes(cell));
  }

  countsAtScore() {
    return countCells(this.store.cells.values(), (cell) => isCounted(cell, this.leastScore));
  }
}
