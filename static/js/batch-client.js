// Talks to the server about a batch. Whatever breaks is tried again: a file goes on from where it had arrived.
const PART_BYTES = 8 * 1024 * 1024;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const LONGEST_REQUEST_MS = 180_000;

export class Refused extends Error {
  constructor(problem, status) {
    super(problem?.message ?? `The server answered ${status}.`);
    this.code = problem?.code;
    this.status = status;
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    const signs = ["online", "focus"]; // the connection is back, or the person, who may have signed in elsewhere
    const done = () => { clearTimeout(timer); for (const sign of signs) window.removeEventListener(sign, done); resolve(); };
    const timer = setTimeout(done, milliseconds);
    for (const sign of signs) window.addEventListener(sign, done);
  });
}

// Answers of the server end the tries, but for those that say that it is not well, or that a session has ended: the
// person signs in again and the batch goes on.
function isPassing(error) {
  return !(error instanceof Refused) || error.status >= 500 || [401, 429].includes(error.status);
}

export async function persist(action, onTrouble) {
  let wait = FIRST_WAIT_MS;
  for (;;) {
    try {
      const result = await action();
      onTrouble(null);
      return result;
    } catch (error) {
      if (!isPassing(error)) throw error;
      onTrouble(error);
      await pause(wait);
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
    }
  }
}

async function ask(url, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  const answer = await fetch(url, { ...options, headers, signal: AbortSignal.timeout(LONGEST_REQUEST_MS) });
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => null);
  throw new Refused(body?.error, answer.status);
}

function post(url, body, headers = {}) {
  return ask(url, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } });
}

export async function previewManifest(paths, rule, manifest) {
  return (await post("/sending/batches/preview", { paths, rule, manifest })).json();
}

export async function openBatch(body, key) {
  return (await post("/sending/batches", body, { "Idempotency-Key": key })).json();
}

export async function announce(batchId, files) {
  return (await (await post(`/sending/batches/${batchId}/files`, { files })).json()).files;
}

export async function complete(batchId, leaveOutMissing = false) {
  return (await post(`/sending/batches/${batchId}/complete`, { leave_out_missing: leaveOutMissing })).json();
}

export async function knownFiles(batchId) {
  const known = new Map();
  for (let after = 0; after !== null;) {
    const page = await (await ask(`/sending/batches/${batchId}/files?limit=1000&after=${after}`)).json();
    for (const file of page.items) known.set(file.path, file);
    after = page.next_after;
  }
  return known;
}

function standingOf(answer) {
  return { offset: Number(answer.headers.get("Upload-Offset")), status: answer.headers.get("Bloodcount-File-Status") };
}

async function sendPart(url, file, offset) {
  const body = file.slice(offset, offset + PART_BYTES);
  const headers = { "Content-Type": "application/offset+octet-stream", "Tus-Resumable": "1.0.0", "Upload-Offset": String(offset) };
  return standingOf(await ask(url, { method: "PATCH", body, headers }));
}

// The file's last word from the server: accepted, or the reason why not.
export async function sendFile(batchId, fileId, file, onBytes, onTrouble) {
  const url = `/sending/batches/${batchId}/files/${fileId}`;
  const look = async () => standingOf(await ask(url, { method: "HEAD" }));
  let standing = await persist(look, onTrouble);
  onBytes(standing.offset);
  while (standing.status === "awaited") {
    const { offset } = standing;
    standing = await persist(async () => {
      try {
        return await sendPart(url, file, offset);
      } catch (error) {
        // A lost answer, or a part of which some arrived: the server knows how far the file has come.
        const now = await look();
        if (now.offset === offset && now.status === "awaited") throw error;
        return now;
      }
    }, onTrouble);
    onBytes(standing.offset);
  }
  return (await persist(() => ask(url), onTrouble)).json();
}
