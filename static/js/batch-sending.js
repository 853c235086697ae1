// Sends the files of a batch, a few at a time, and shows how far it is. It never gives up on a broken connection.
import { announce, complete, knownFiles, openBatch, persist, sendFile } from "./batch-client.js";
import { readableSize } from "./file-row.js";
import { newKey } from "./send-file.js";
import { signInLink } from "./sign-in-link.js";

const AT_ONCE = 3;
const ANNOUNCED_AT_ONCE = 500;
const SHOWN_PROBLEMS = 100;

export class BatchSending {
  constructor(root) {
    this.root = root;
    this.isBusy = false;
    this.bytes = new Map();
    this.problems = 0;
    this.onLeave = (event) => event.preventDefault();
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  start(items) {
    this.isBusy = true;
    this.items = items;
    for (const step of ["choose", "group"]) this.root.querySelector(`[data-step="${step}"]`).hidden = true;
    this.root.querySelector('[data-step="sending"]').hidden = false;
    this.root.querySelector("#sending-title").focus();
    window.addEventListener("beforeunload", this.onLeave);
    this.show();
  }

  trouble = (error) => {
    const box = this.part("connection");
    if (!error) {
      if (box.firstChild) box.replaceChildren();
      return;
    }
    const isSignedOut = error.status === 401;
    if (box.firstChild && box.dataset.signedOut === String(isSignedOut)) return;
    box.dataset.signedOut = String(isSignedOut);
    const notice = document.createElement("p");
    notice.className = "notice notice-caution";
    if (isSignedOut) {
      notice.append("Your session has ended. Nothing is lost: ", signInLink(), " and sending goes on.");
    } else {
      const reason = error.status ? error.message : "The connection to the server is broken.";
      notice.textContent = `${reason} Sending goes on by itself as soon as it can.`;
    }
    box.replaceChildren(notice);
  };

  show() {
    const total = this.items.reduce((sum, item) => sum + item.file.size, 0);
    const sent = [...this.bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.part("sent-bar").value = total ? sent / total : 0;
    const done = this.items.filter((item) => item.isDone).length;
    this.part("sent-text").textContent = `${done} of ${this.items.length} files sent, ${readableSize(sent)} of ${readableSize(total)}.`;
  }

  explain(path, message) {
    this.problems += 1;
    const list = this.part("sent-problems");
    if (this.problems > SHOWN_PROBLEMS) return;
    const line = document.createElement("li");
    const name = document.createElement("strong");
    const words = document.createElement("p");
    name.textContent = path;
    words.textContent = message;
    line.append(name, words);
    list.append(line);
  }

  async begin(batch, items) {
    this.start(items);
    const key = newKey();
    try {
      const opened = await persist(() => openBatch(batch, key), this.trouble);
      // From now on a reload leads to where the same files can be chosen again.
      this.batchId = opened.id;
      window.history.replaceState(null, "", `/batches/${opened.id}/send`);
      for (let at = 0; at < items.length; at += ANNOUNCED_AT_ONCE) {
        const some = items.slice(at, at + ANNOUNCED_AT_ONCE);
        const files = some.map((item) => ({ path: item.path, byte_size: item.file.size, accession_number: item.accessionNumber ?? null, note: item.note ?? null }));
        const answers = await persist(() => announce(opened.id, files), this.trouble);
        answers.forEach((answer, index) => { some[index].known = answer; });
      }
      await this.sendAll();
    } catch (error) {
      this.fail(error);
    }
  }

  // The same files were chosen again: those that have not arrived are sent, the others are let be.
  async resume(chosen) {
    this.batchId = Number(this.root.dataset.batchId);
    const known = await persist(() => knownFiles(this.batchId), this.trouble);
    const items = [];
    let others = 0;
    for (const item of chosen) {
      const file = known.get(item.path);
      if (file && file.byte_size === item.file.size) items.push({ ...item, known: file });
      else others += 1;
    }
    const awaited = [...known.values()].filter((file) => file.status === "awaited").length;
    if (!items.some((item) => item.known.status === "awaited") && awaited) {
      this.part("choose-error").textContent = `None of the ${chosen.length} chosen files is one of the ${awaited} that are missing. Choose the same folder or files as before.`;
      return;
    }
    this.start(items);
    if (others) this.explain(`${others} other files`, "They are not part of this batch and are not sent.");
    try {
      await this.sendAll();
    } catch (error) {
      this.fail(error);
    }
  }

  async sendAll() {
    const waiting = [...this.items];
    const worker = async () => {
      for (let item = waiting.shift(); item; item = waiting.shift()) await this.sendOne(item);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await this.finish();
  }

  async sendOne(item) {
    let last = item.known;
    try {
      if (last.status === "awaited") {
        last = await sendFile(this.batchId, last.id, item.file, (bytes) => { this.bytes.set(item.path, bytes); this.show(); }, this.trouble);
      }
      if (last.reason && last.status !== "unpacked") this.explain(item.path, last.reason.message);
    } catch (error) {
      this.explain(item.path, error.message);
    }
    item.isDone = true;
    this.bytes.set(item.path, item.file.size);
    this.show();
  }

  async finish() {
    try {
      await persist(() => complete(this.batchId), this.trouble);
    } catch (error) {
      if (error.code !== "batch_incomplete") throw error;
      this.rest();
      this.part("sent-text").textContent = error.message;
      this.offerToLeaveOut();
      return;
    }
    this.rest();
    window.location.assign(`/batches/${this.batchId}`);
  }

  offerToLeaveOut() {
    const links = this.part("sent-links");
    const again = document.createElement("a");
    again.className = "button";
    again.href = `/batches/${this.batchId}/send`;
    again.textContent = "Choose the missing files";
    const leave = document.createElement("button");
    leave.type = "button";
    leave.className = "button button-quiet";
    leave.textContent = "Count without them";
    leave.addEventListener("click", async () => {
      await persist(() => complete(this.batchId, true), this.trouble);
      window.location.assign(`/batches/${this.batchId}`);
    });
    links.replaceChildren(again, leave);
    links.hidden = false;
  }

  fail(error) {
    this.rest();
    this.explain("Sending stopped", error.message);
  }

  rest() {
    this.isBusy = false;
    window.removeEventListener("beforeunload", this.onLeave);
  }
}
