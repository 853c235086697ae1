// The cells as a list, for those who do not see the drawing or use no pointer: the same cells, the same keys.
import { doubtOf } from "../review/cells.js";
import { wordsOf } from "../review/names.js";

const MOST_LISTED = 3000;
const later = window.requestIdleCallback ? (act) => requestIdleCallback(act, { timeout: 200 }) : (act) => setTimeout(act, 50);

export class CellList {
  constructor(list, desk) {
    Object.assign(this, { list, desk, items: new Map(), marked: new Set(), waiting: new Set() });
    list.addEventListener("click", (event) => {
      const item = event.target.closest("[data-cell]");
      if (item) desk.choose(desk.store.cells.get(item.dataset.cell), { add: event.ctrlKey || event.metaKey });
    });
    list.addEventListener("keydown", (event) => this.onKey(event));
    desk.addEventListener("scene", (event) => this.wait(event.detail.cells));
    this.build();
  }

  // The drawing comes first: the list follows when the browser has time, a fifth of a second later at most.
  wait(ids) {
    if (ids === null) this.waiting = null;
    else if (this.waiting) for (const id of ids) this.waiting.add(id);
    if (this.isWaiting) return;
    this.isWaiting = true;
    later(() => {
      this.isWaiting = false;
      const waiting = this.waiting;
      this.waiting = new Set();
      this.follow(waiting);
    });
  }

  // In reading order, those in doubt first.
  build() {
    const cells = this.desk.seen().sort((a, b) => doubtOf(b) - doubtOf(a) || a.state.box[1] - b.state.box[1]);
    this.items.clear();
    this.marked.clear();
    const holder = document.createDocumentFragment();
    for (const cell of cells.slice(0, MOST_LISTED)) holder.append(this.item(cell));
    this.list.replaceChildren(holder);
    this.mark();
  }

  item(cell) {
    const item = document.createElement("li");
    item.id = `cell-${cell.id}`;
    item.setAttribute("role", "option");
    item.dataset.cell = cell.id;
    item.className = "cell-item";
    item.textContent = wordsOf(cell);
    this.items.set(cell.id, item);
    return item;
  }

  // Only what changed: a field has more than a thousand cells.
  follow(ids) {
    if (ids === null) {
      this.build();
      return;
    }
    for (const id of ids) {
      const cell = this.desk.store.cells.get(id);
      const item = this.items.get(id);
      const isSeen = this.desk.isVisible(id);
      if (item && isSeen) item.textContent = wordsOf(cell);
      else if (item) {
        item.remove();
        this.items.delete(id);
      } else if (isSeen) this.list.prepend(this.item(cell));
    }
    this.mark();
  }

  mark() {
    for (const id of this.marked) if (!this.desk.selected.has(id)) this.items.get(id)?.setAttribute("aria-selected", "false");
    for (const id of this.desk.selected) this.items.get(id)?.setAttribute("aria-selected", "true");
    this.marked = new Set(this.desk.selected);
    const current = this.items.get(this.desk.current);
    if (!current) {
      this.list.removeAttribute("aria-activedescendant");
      return;
    }
    this.list.setAttribute("aria-activedescendant", current.id);
    // Not scrollIntoView: that would move the page as well.
    const { offsetTop, offsetHeight } = current;
    if (offsetTop < this.list.scrollTop) this.list.scrollTop = offsetTop;
    else if (offsetTop + offsetHeight > this.list.scrollTop + this.list.clientHeight) this.list.scrollTop = offsetTop + offsetHeight - this.list.clientHeight;
  }

  onKey(event) {
    const items = [...this.list.children];
    const at = items.indexOf(this.items.get(this.desk.current));
    const page = 10;
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, Home: 0, End: items.length - 1, PageDown: at + page, PageUp: at - page }[event.key];
    if (to === undefined || !items.length || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    const item = items[Math.min(items.length - 1, Math.max(0, to))];
    this.desk.choose(this.desk.store.cells.get(item.dataset.cell), { add: event.shiftKey });
    this.mark(); // at once: the screen reader speaks of the item that is active now
  }
}
