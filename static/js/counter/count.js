// A manual count as it grows: the cells in the order they were counted, so that any of them can be taken back.
export class Count {
  constructor({ key, version, presses, stop }, { apart, largest }) {
    Object.assign(this, { key, version, presses, stop, apart, largest });
    this.cleared = null;
  }

  get total() {
    return this.presses.filter((type) => !this.apart.has(type)).length;
  }

  get isFull() {
    return this.total >= this.stop || this.presses.length >= this.largest;
  }

  of(type) {
    return this.presses.filter((one) => one === type).length;
  }

  percent(type) {
    return this.apart.has(type) || !this.total ? null : (100 * this.of(type)) / this.total;
  }

  press(type) {
    if (this.isFull) return false;
    this.change([...this.presses, type]);
    this.cleared = null;
    return true;
  }

  // The cell that was taken back; "all" where a count that was begun anew came back instead.
  undo() {
    if (this.cleared) {
      this.change(this.cleared);
      this.cleared = null;
      return "all";
    }
    if (!this.presses.length) return null;
    const type = this.presses.at(-1);
    this.change(this.presses.slice(0, -1));
    return type;
  }

  clear() {
    if (!this.presses.length) return false;
    const before = this.presses;
    this.change([]);
    this.cleared = before;
    return true;
  }

  stopAt(cells) {
    this.stop = cells;
    this.version += 1;
  }

  change(presses) {
    this.presses = presses;
    this.version += 1;
  }

  draft() {
    return { count_key: this.key, version: this.version, presses: this.presses, target: this.stop };
  }
}
