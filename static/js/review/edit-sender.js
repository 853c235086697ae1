// Delivers a field's edits in order, one request at a time, until each is answered; and asks now and then what others did.
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 15000;
const MOST_AT_ONCE = 200;
const KEEPALIVE_CHARACTERS = 60000; // browsers refuse more in a request that outlives its page

export class EditSender {
  constructor(store, syncMs) {
    this.store = store;
    this.url = `/images/${store.review.image_id}/edits`;
    this.isSending = false;
    this.retryMs = FIRST_RETRY_MS;
    this.timer = 0;
    this.stopped = null;
    this.isSignedOut = false;
    addEventListener("online", () => this.send());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.sync(); });
    setInterval(() => { if (!document.hidden) this.sync(); }, syncMs);
    // Another field of the same page may have run out of retries while this one was hidden.
    addEventListener("pageshow", () => this.send());
  }

  tell(state, message = "") {
    this.store.dispatchEvent(new CustomEvent("state", { detail: { state, message, waiting: this.store.pending.length } }));
  }

  async send() {
    if (this.isSending || this.stopped) return;
    if (!this.store.pending.length) return;
    clearTimeout(this.timer);
    this.isSending = true;
    this.tell("saving");
    const answer = await this.post();
    this.isSending = false;
    if (answer) {
      this.retryMs = FIRST_RETRY_MS;
      this.store.accept(answer);
    }
    if (this.stopped) this.tell("stopped", this.stopped);
    else if (!answer) this.retryLater();
    else if (this.store.pending.length) this.send();
    else this.tell("saved");
  }

  async post() {
    const { review, revision, pending, actor } = this.store;
    const edits = pending.slice(0, MOST_AT_ONCE);
    const body = JSON.stringify({ analysis_id: review.analysis_id, seen_revision: revision, editor: actor, edits });
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        keepalive: body.length < KEEPALIVE_CHARACTERS,
        body,
      });
      this.isSignedOut = answer.status === 401;
      if (answer.ok) return await answer.json();
      if (this.isSignedOut) return null;
      // The server understood and will not have it: sending it again would not help.
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429) {
        const problem = await answer.json().catch(() => null);
        this.stopped = problem?.error?.message ?? `The server refused the changes (${answer.status}).`;
      }
    } catch {
      // No connection: the edits stay in the queue.
    }
    return null;
  }

  retryLater() {
    this.tell(this.isSignedOut ? "signed-out" : "waiting");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), this.retryMs);
    this.retryMs = Math.min(2 * this.retryMs, LONGEST_RETRY_MS);
  }

  async sync() {
    if (this.isSending || this.stopped) return;
    if (this.store.pending.length) {
      this.send();
      return;
    }
    try {
      const answer = await fetch(`${this.url}?after=${this.store.revision}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const { edits } = await answer.json();
      const fresh = edits.filter((edit) => edit.revision > this.store.revision);
      if (fresh.length) this.store.announce(this.store.take(fresh));
    } catch {
      // Asked again in a few seconds.
    }
  }
}
