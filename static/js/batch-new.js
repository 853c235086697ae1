// The page of a new batch: choose, look how the files are grouped, change it, send.
import { drawGroups, drawManifest, toldOfSamples } from "./batch-preview.js";
import { previewManifest } from "./batch-client.js";
import { BatchSending } from "./batch-sending.js";
import { readableSize } from "./file-row.js";
import { chosenItems, droppedFiles } from "./folder-files.js";
import { groupFiles, isArchive, isImage, isJunk, isManifest, likelyRule } from "./grouping.js";

const root = document.querySelector("[data-batch]");
const part = (name) => root.querySelector(`[data-${name}]`);
const limits = { files: Number(root.dataset.maxFiles), samples: Number(root.dataset.maxSamples), file: Number(root.dataset.maxFileBytes), archive: Number(root.dataset.maxArchiveBytes) };
const state = { items: new Map(), byHand: new Map(), manifestText: null, manifestReport: null, manifestRows: new Map(), ruleTouched: false, leftOut: [] };
const sending = new BatchSending(root);

const inOrder = new Intl.Collator(undefined, { numeric: true }).compare;
const images = () => [...state.items.values()].filter((item) => !isArchive(item.path)).sort((one, other) => inOrder(one.path, other.path));
const archives = () => [...state.items.values()].filter((item) => isArchive(item.path));

function rule() {
  const by = part("rule-by").value;
  return { by, separator: part("rule-separator").value || "_", accession_number: by === "one" ? part("rule-number").value.trim() : null };
}

function groups() {
  return groupFiles(images(), rule(), state.manifestRows, state.byHand);
}

function draw() {
  const found = groups();
  const by = part("rule-by").value;
  part("rule-separator-field").hidden = !by.startsWith("before");
  part("rule-number-field").hidden = by !== "one";
  drawGroups(part("group-rows"), found, archives(), toldOfSamples(state.manifestReport), move);
  drawManifest(part("manifest-report"), state.manifestReport);
  const missing = found.find((group) => !group.number);
  const samples = found.filter((group) => group.number).length;
  const words = [`${images().length} photographs in ${samples} ${samples === 1 ? "sample" : "samples"}`];
  if (archives().length) words.push(`${archives().length} ZIP ${archives().length === 1 ? "file" : "files"}`);
  if (missing) words.push(`${missing.items.length} files without a sample: type their accession number, or they are refused`);
  part("group-summary").textContent = `${words.join(", ")}.`;
  part("undo").hidden = state.byHand.size === 0;
  root.querySelector('[data-step="group"]').hidden = state.items.size === 0;
}

function move(items, number) {
  for (const item of items) state.byHand.set(item.path, number);
  draw();
}

async function matchManifest() {
  part("choose-error").textContent = "";
  if (state.manifestText === null) return;
  try {
    state.manifestReport = await previewManifest(images().map((item) => item.path), rule(), state.manifestText);
    state.manifestRows = new Map(state.manifestReport.files.filter((file) => file.is_from_manifest).map((file) => [file.path, file]));
  } catch (error) {
    state.manifestText = null;
    part("choose-error").textContent = error.message;
  }
}

function showLeftOut() {
  const names = state.leftOut.slice(0, 5).join(", ");
  const more = state.leftOut.length > 5 ? ` and ${state.leftOut.length - 5} more` : "";
  part("left-out").textContent = state.leftOut.length ? `Not sent: ${names}${more}. Photographs, ZIP files and one CSV manifest are.` : "";
}

function whyNot(item) {
  const limit = isArchive(item.path) ? limits.archive : limits.file;
  if (item.file.size === 0) return `${item.path} (empty)`;
  if (item.file.size > limit) return `${item.path} (${readableSize(item.file.size)}, the limit is ${readableSize(limit)})`;
  return isImage(item.path) || isArchive(item.path) ? null : item.path;
}

async function add(items) {
  if (root.dataset.batchId) return sending.resume(items);
  for (const item of items) {
    if (isManifest(item.path)) state.manifestText = await item.file.text();
    else if (!isJunk(item.path)) {
      const reason = whyNot(item);
      if (reason) state.leftOut.push(reason);
      else state.items.set(item.path, item);
    }
  }
  if (!state.ruleTouched) {
    const likely = likelyRule(images().map((item) => item.path));
    part("rule-by").value = likely.by;
    part("rule-separator").value = likely.separator;
  }
  showLeftOut();
  await matchManifest();
  draw();
}

function refusalOfAll(found) {
  if (state.items.size > limits.files) return `You chose ${state.items.size} files; a batch has at most ${limits.files}. Send them in several batches.`;
  if (found.length > limits.samples) return `These are ${found.length} samples; a batch has at most ${limits.samples}. Group the files differently, or send them in several batches.`;
  if (found.some((group) => !group.number)) return "Some files have no accession number yet. Type it in the table, or choose another way of grouping.";
  if (archives().length && isWithoutNumber(rule())) return "Type the accession number of all files, or choose another way of grouping: it tells which sample the files in the ZIP files belong to.";
  return "";
}

const isWithoutNumber = ({ by, accession_number: number }) => by === "one" && !number;

// Where the manifest or a person gave every file its number, the one for all files may stay empty: then no rule is needed.
function neededRule() {
  const chosen = rule();
  return isWithoutNumber(chosen) ? { ...chosen, by: "folder" } : chosen;
}

async function send() {
  const found = groups();
  const problem = refusalOfAll(found);
  part("send-error").textContent = problem;
  if (problem) return;
  const files = found.flatMap((group) => group.items.map((item) => ({ ...item, accessionNumber: group.number, note: group.note })));
  await sending.begin({ name: part("batch-name").value, rule: neededRule(), manifest: state.manifestText }, [...files, ...archives()]);
}

function clear() {
  Object.assign(state, { items: new Map(), byHand: new Map(), manifestText: null, manifestReport: null, manifestRows: new Map(), ruleTouched: false, leftOut: [] });
  showLeftOut();
  draw();
  root.querySelector("#folder").focus();
}

for (const id of ["folder", "several"]) root.querySelector(`#${id}`).addEventListener("change", (event) => add(chosenItems(event.target)));
for (const name of ["rule-by", "rule-separator", "rule-number"]) part(name).addEventListener("input", () => { state.ruleTouched = true; draw(); });
document.addEventListener("dragover", (event) => { event.preventDefault(); part("dropzone").dataset.over = ""; });
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) delete part("dropzone").dataset.over; });
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  delete part("dropzone").dataset.over;
  if (!sending.isBusy) add(await droppedFiles(event.dataTransfer));
});
part("send").addEventListener("click", send);
part("undo").addEventListener("click", () => { state.byHand.clear(); draw(); });
part("clear").addEventListener("click", clear);
root.querySelector('[data-step="choose"]').hidden = root.dataset.open === "no";
root.hidden = false;
