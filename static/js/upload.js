// The upload form with a script: choose or drop many images, see each one's progress and errors. Without a script the
// browser sends the same form by itself.
import { chosenFiles, watchDrops } from "./dropzone.js";
import { FileRow, readableSize } from "./file-row.js";
import { newKey, retryAfterS, sendFile } from "./send-file.js";
import { signInLink } from "./sign-in-link.js";

const form = document.querySelector("form[data-upload]");
const list = form.querySelector("[data-file-list]");
const input = form.querySelector("input[type=file]");
const submit = form.querySelector("button[type=submit]");
const formError = form.parentElement.querySelector("[data-form-error]");
const status = form.querySelector("[data-upload-status]");
let rows = [];
let sampleId = form.dataset.sampleId ?? null;
let isSending = false;
let wasSignedOut = false;

function say(field, text) {
  document.getElementById(`${field}-error`).textContent = text;
  const control = document.getElementById(field);
  if (text) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
  control.closest("details")?.toggleAttribute("open", true);
  if (text) control.focus();
}

function showNotice(kind, title, text, actions = []) {
  const notice = document.createElement("div");
  notice.className = `notice notice-${kind}`;
  const heading = document.createElement("p");
  heading.className = "notice-title";
  heading.textContent = title;
  const words = document.createElement("p");
  words.textContent = text;
  notice.append(heading, words);
  if (actions.length) {
    const line = document.createElement("p");
    line.className = "row";
    line.append(...actions);
    notice.append(line);
  }
  formError.replaceChildren(notice);
  notice.scrollIntoView({ block: "nearest" });
}

function link(text, href) {
  const made = document.createElement("a");
  made.className = "button button-quiet button-small";
  made.href = href;
  made.textContent = text;
  return made;
}

function refresh() {
  list.hidden = rows.length === 0;
  const waiting = rows.filter((row) => row.state === "chosen").length;
  submit.textContent = waiting > 1 ? `Upload and count ${waiting} images` : "Upload and count";
  submit.disabled = isSending;
}

function add(files) {
  const limitBytes = Number(form.dataset.maxFileBytes);
  say("files", "");
  for (const file of files) {
    const row = new FileRow(file, { onRemove: remove, onRetry: retry });
    if (file.size > limitBytes) {
      row.show("error", `This file has ${readableSize(file.size)}; the limit is ${readableSize(limitBytes)}. Save the image in a smaller size.`);
    } else if (file.size === 0) {
      row.show("error", "This file is empty (0 bytes). Save the image again and choose the new file.");
    }
    rows.push(row);
    list.append(row.element);
  }
  refresh();
}

function remove(row) {
  rows = rows.filter((other) => other !== row);
  row.element.remove();
  refresh();
  input.focus();
}

async function retry(row) {
  row.show("chosen", readableSize(row.file.size));
  await sendAll();
}

async function send(row) {
  row.key ??= newKey();
  let outcome;
  do {
    row.show("sending", "0 %");
    outcome = await sendFile(`/samples/${sampleId}/images`, row.file, row.key, (part) => row.showProgress(part));
  } while (outcome.waitS && (await row.wait(outcome.waitS, outcome.error.message)));
  wasSignedOut = outcome.error?.code === "sign_in_required";
  if (!outcome.error) row.show("stored", "Uploaded");
  else row.show("error", outcome.error.message, { canRetry: Boolean(outcome.canRetry) });
}

function nextRow() {
  return rows.find((row) => row.state === "chosen");
}

async function sendAll() {
  if (isSending) return;
  isSending = true;
  // From here on the images belong to this sample, so its number is not to be changed.
  if (form.elements.accession_number) form.elements.accession_number.readOnly = true;
  refresh();
  // One after the other: images are numbered in the order in which they arrive.
  for (let row = nextRow(); row; row = nextRow()) await send(row);
  isSending = false;
  refresh();
  finish();
}

function finish() {
  const failed = rows.filter((row) => row.state === "error").length;
  const stored = rows.length - failed;
  const address = `/samples/${sampleId}`;
  if (!failed) {
    window.location.assign(address);
    return;
  }
  const text = `${stored} of ${rows.length} images uploaded; the others are explained below.`;
  status.textContent = text;
  showNotice(stored ? "caution" : "bad", stored ? "Some images were not taken in" : "No image was taken in", text, wasSignedOut ? [signInLink("button button-quiet button-small"), link("Open the sample", address)] : [link("Open the sample", address)]);
}

async function createSample() {
  const body = new FormData();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
  for (;;) {
    const answer = await fetch("/samples", { method: "POST", body, headers: { Accept: "application/json" } });
    const told = await answer.json();
    const waitS = retryAfterS(answer.status, answer.headers.get("Retry-After"));
    if (!waitS) return { isCreated: answer.status === 201, ...told };
    showNotice("caution", "The server takes no uploads at the moment", `${told.error.message} This page tries again by itself every ${waitS} s.`);
    await new Promise((resolve) => { setTimeout(resolve, 1000 * waitS); });
    formError.replaceChildren();
  }
}

function fieldId(name) {
  return name === "accession_number" ? "accession" : name;
}

function explainRefusal(error) {
  if (error.sample_id) {
    const addHere = link("Add these images to it", "#");
    addHere.addEventListener("click", (event) => {
      event.preventDefault();
      sampleId = error.sample_id;
      formError.replaceChildren();
      sendAll();
    });
    showNotice("caution", "This sample exists already", error.message, [addHere, link("Open the sample", `/samples/${error.sample_id}`)]);
  } else if (error.code === "sign_in_required") {
    // The form stays as it is: after signing in elsewhere, the same button sends it.
    showNotice("caution", "Please sign in again", "Your session has ended. Sign in in a new tab, come back and press the button again: nothing here is lost.", [signInLink("button button-quiet button-small")]);
  } else if (document.getElementById(`${fieldId(error.field)}-error`)) {
    say(fieldId(error.field), error.message);
  } else {
    showNotice("bad", "The upload did not start", error.message);
  }
}

async function onSubmit(event) {
  event.preventDefault();
  formError.replaceChildren();
  const limit = Number(form.dataset.maxFiles);
  if (!nextRow()) return say("files", "Choose at least one image to count.");
  if (rows.length > limit) return say("files", `You chose ${rows.length} images; at most ${limit} go in one upload. Remove some and upload them afterwards.`);
  if (!sampleId) {
    submit.disabled = true;
    try {
      const answer = await createSample();
      if (answer.isCreated) sampleId = answer.id;
      else return explainRefusal(answer.error);
    } catch {
      return showNotice("bad", "The upload did not start", "The server did not answer. Check the connection and try again.");
    } finally {
      submit.disabled = false;
    }
  }
  return sendAll();
}

input.dataset.enhanced = "";
input.addEventListener("change", () => { add(chosenFiles(input)); });
watchDrops(form.querySelector("[data-dropzone]"), add, (text) => say("files", text));
form.addEventListener("submit", onSubmit);
