// Keeps the count as it is made: in the browser at once, on the server as soon as it answers. A closed tab, a lost
// connection or another computer goes on from there.
import { newKey } from "../send-file.js";

const PREFIX = "bloodcount.counter";
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 15000;

export class Keeper extends EventTarget {
  constructor(editor) {
    super();
    this.editor = editor;
    this.isSending = false;
    this.sent = -1;
    this.retryMs = FIRST_RETRY_MS;
    this.timer = 0;
    this.stopped = null;
    addEventListener("online", () => this.send());
  }

  // The count to go on with: the server's, or this browser's where it got further.
  open({ draft, savedKeys, stop }) {
    const local = this.entries().filter((entry) => {
      if (!savedKeys.has(entry.count_key)) return true;
      this.forget(entry.count_key);
      return false;
    });
    const same = local.find((entry) => entry.count_key === draft?.count_key && entry.version > draft.version);
    const unsent = draft?.presses.length ? null : local.filter((entry) => entry.presses.length).sort((a, b) => b.at - a.at)[0];
    const found = same ?? unsent ?? draft;
    this.sent = found === draft && draft ? draft.version : -1;
    if (!found) return { key: newKey(), version: 0, presses: [], stop };
    return { key: found.count_key, version: found.version, presses: found.presses, stop: found.target };
  }

  keep(count) {
    this.count = count;
    const entry = { ...count.draft(), at: Date.now() };
    try {
      localStorage.setItem(this.nameOf(count.key), JSON.stringify(entry));
      this.isKept = true;
    } catch {
      this.isKept = false;
    }
    this.send();
  }

  async send() {
    if (this.isSending || this.stopped || !this.count || this.sent >= this.count.version) return;
    clearTimeout(this.timer);
    this.isSending = true;
    this.tell("saving");
    const draft = this.count.draft();
    const outcome = await this.post(draft);
    this.isSending = false;
    if (outcome === "kept") {
      this.sent = draft.version;
      this.retryMs = FIRST_RETRY_MS;
      if (this.count.version > draft.version) this.send();
      else this.tell("saved");
    } else if (this.stopped) {
      this.tell("stopped", this.stopped);
    } else {
      this.tell(outcome);
      this.timer = setTimeout(() => this.send(), this.retryMs);
      this.retryMs = Math.min(2 * this.retryMs, LONGEST_RETRY_MS);
    }
  }

  async post(draft) {
    try {
      const answer = await fetch("/counter/draft", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        keepalive: true,
        body: JSON.stringify({ ...draft, editor: this.editor }),
      });
      if (answer.ok) return "kept";
      if (answer.status === 401) return "signed-out";
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429) {
        const problem = await answer.json().catch(() => null);
        this.stopped = problem?.error?.message ?? `The server refused the count (${answer.status}).`;
      }
    } catch {
      // No connection: the count stays in the browser.
    }
    return "waiting";
  }

  tell(state, message = "") {
    this.dispatchEvent(new CustomEvent("state", { detail: { state, message, isKept: this.isKept } }));
  }

  nameOf(key) {
    return `${PREFIX}.${this.editor}.${key}`;
  }

  entries() {
    const found = [];
    try {
      for (let index = 0; index < localStorage.length; index += 1) {
        const name = localStorage.key(index);
        if (name.startsWith(this.nameOf(""))) found.push(JSON.parse(localStorage.getItem(name)));
      }
    } catch {
      return [];
    }
    return found;
  }

  forget(key) {
    try {
      localStorage.removeItem(this.nameOf(key));
    } catch {
      // It is looked at again the next time.
    }
  }
}
