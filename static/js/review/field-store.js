// One field as this tab knows it: what the server has confirmed, with this tab's unanswered edits on top.
// Of a signed sample nothing changes: what an earlier tab could not deliver waits (left) for a correction.
// Events: "change" (detail.cells: the ids that changed), "conflict", "state" (saved, saving, waiting, stopped).
import { networkCells, stateAfter } from "./cells.js";
import { EditSender } from "./edit-sender.js";
import { forget, keep, kept } from "./pending.js";
import { UndoList } from "./undo-list.js";
import { newKey } from "../send-file.js";

export const SIGNED = "This sample is signed, so its cells stand still. A correction has to be opened before they can be changed.";

export class FieldStore extends EventTarget {
  constructor(review, actor, { syncMs, isSigned }) {
    super();
    this.review = review;
    this.actor = actor;
    this.isSigned = isSigned;
    this.left = 0;
    this.revision = review.revision;
    this.cells = new Map(networkCells(review).map((cell) => [cell.id, cell]));
    this.truth = new Map([...this.cells].map(([id, cell]) => [id, { state: cell.state, newest: null }]));
    this.edits = new Map();
    this.pending = [];
    this.isKept = true;
    this.undoList = new UndoList();
    this.take(review.edits);
    this.sender = new EditSender(this, syncMs);
    this.adopt();
  }

  static async load(imageId, actor, { syncMs = 5000, isSigned = false } = {}) {
    const answer = await fetch(`/images/${imageId}/review`, { headers: { Accept: "application/json" } });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.error?.message ?? `The field could not be loaded (${answer.status}).`);
    return new FieldStore(body, actor, { syncMs, isSigned });
  }

  // Edits that an earlier tab could not deliver.
  adopt() {
    const left = kept(this.review.image_id, this.review.analysis_id, this.actor);
    forget(this.review.image_id, new Set(left.filter((edit) => this.edits.has(edit.edit_id)).map((edit) => edit.edit_id)));
    const unsent = left.filter((edit) => !this.edits.has(edit.edit_id));
    if (this.isSigned) {
      this.left = unsent.length;
      return;
    }
    for (const edit of unsent) this.lay(edit);
    if (unsent.length) this.sender.send();
  }

  // Make changes: one group is one step of undo. Each is {action, cell, ...}; returns what could be done.
  perform(changes, { isStep = true } = {}) {
    if (this.isSigned) return [];
    const made = changes.map((change) => this.make(change)).filter(Boolean);
    if (!made.length) return made;
    if (isStep) this.undoList.add(made.map((edit) => edit.edit_id));
    this.announce(made.map((edit) => edit.cell));
    this.sender.send();
    return made;
  }

  make(change) {
    const cell = this.cells.get(change.cell);
    const edit = { ...change, edit_id: newKey(), previous: cell?.newest ?? null };
    if (!this.lay(edit)) return null;
    this.isKept = keep(this.review.image_id, this.review.analysis_id, this.actor, edit) && this.isKept;
    return edit;
  }

  // Put an unanswered edit on top of a cell.
  lay(edit) {
    const cell = this.cells.get(edit.cell);
    const old = cell?.state ?? null;
    const state = stateAfter(edit, old, this.edits, this.actor);
    if (!state) return false;
    this.edits.set(edit.edit_id, { cell: edit.cell, old, new: state });
    this.pending.push(edit);
    this.place(edit.cell, state, edit.edit_id);
    return true;
  }

  place(id, state, newest) {
    const cell = this.cells.get(id);
    if (cell) Object.assign(cell, { state, newest });
    else this.cells.set(id, { id, network: null, state, newest });
  }

  // Edits as the server has them, in its order.
  take(recorded) {
    for (const edit of recorded) {
      this.truth.set(edit.cell, { state: edit.new, newest: edit.edit_id });
      this.edits.set(edit.edit_id, { cell: edit.cell, old: edit.old, new: edit.new, actor: edit.actor, revision: edit.revision });
      this.revision = Math.max(this.revision, edit.revision);
    }
    const touched = new Set(recorded.map((edit) => edit.cell));
    for (const id of touched) this.settle(id);
    return touched;
  }

  // A cell as the server has it, with what is still unanswered on top.
  settle(id) {
    const { state, newest } = this.truth.get(id) ?? {};
    if (state) this.place(id, state, newest);
    else this.cells.delete(id);
    for (const edit of this.pending.filter((waiting) => waiting.cell === id)) {
      const laid = stateAfter(edit, this.cells.get(id)?.state ?? null, this.edits, this.actor);
      if (laid) this.place(id, laid, edit.edit_id);
    }
  }

  accept(answer) {
    const before = new Set(this.pending.map((edit) => edit.cell));
    const answered = new Map(answer.outcomes.map((outcome) => [outcome.edit_id, outcome]));
    const lost = this.pending.filter((edit) => (answered.get(edit.edit_id)?.status ?? "saved") !== "saved");
    this.pending = this.pending.filter((edit) => !answered.has(edit.edit_id));
    forget(this.review.image_id, new Set(answered.keys()));
    for (const edit of lost) this.edits.delete(edit.edit_id);
    this.undoList.forget(new Set(lost.map((edit) => edit.edit_id)));
    const touched = this.take(answer.edits.filter((edit) => edit.revision > this.revision));
    for (const id of before) this.settle(id);
    this.announce(new Set([...before, ...touched]));
    for (const edit of lost) this.dispatchEvent(new CustomEvent("conflict", { detail: { edit, outcome: answered.get(edit.edit_id) } }));
  }

  undo() {
    return this.step(this.undoList.undo(), "before");
  }

  redo() {
    return this.step(this.undoList.redo(), "after");
  }

  // Undo and redo are edits like any other. A cell that somebody else has changed since is left alone.
  step(group, state) {
    if (!group) return null;
    const ids = state === "before" ? [...group].reverse() : group;
    const changes = ids
      .map((editId) => ({ action: "restore", cell: this.edits.get(editId)?.cell, of_edit: editId, state }))
      .filter((change) => change.cell && this.undoList.owns(this.cells.get(change.cell)?.newest));
    const made = this.perform(changes, { isStep: false });
    this.undoList.own(made.map((edit) => edit.edit_id));
    return { done: made.length, left: ids.length - made.length };
  }

  announce(ids) {
    this.dispatchEvent(new CustomEvent("change", { detail: { cells: [...ids] } }));
  }
}
