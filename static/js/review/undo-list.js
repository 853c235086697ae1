// What this tab did, step by step, and how far it has been taken back. There is no limit.
export class UndoList {
  constructor() {
    this.groups = [];
    this.position = 0;
    this.ours = new Set();
  }

  add(editIds) {
    this.groups.length = this.position;
    this.groups.push(editIds);
    this.position += 1;
    this.own(editIds);
  }

  own(editIds) {
    for (const id of editIds) this.ours.add(id);
  }

  owns(editId) {
    return this.ours.has(editId);
  }

  // Edits that the server did not keep cannot be taken back.
  forget(editIds) {
    this.groups = this.groups.map((group) => group.filter((id) => !editIds.has(id)));
  }

  get canUndo() {
    return this.position > 0;
  }

  get canRedo() {
    return this.position < this.groups.length;
  }

  undo() {
    if (!this.canUndo) return null;
    this.position -= 1;
    return this.groups[this.position];
  }

  redo() {
    if (!this.canRedo) return null;
    this.position += 1;
    return this.groups[this.position - 1];
  }
}
