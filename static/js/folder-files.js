// The files of dropped folders and of chosen ones, each with its path below what was dropped or chosen.

function readSome(reader) {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

function fileOf(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

async function walk(entry, found) {
  if (entry.isFile) {
    found.push({ path: entry.fullPath.replace(/^\/+/, ""), file: await fileOf(entry) });
    return;
  }
  const reader = entry.createReader();
  // A browser gives at most 100 entries at a time, and an empty list at the end.
  for (let some = await readSome(reader); some.length; some = await readSome(reader)) {
    for (const child of some) await walk(child, found);
  }
}

export async function droppedFiles(dataTransfer) {
  // The entries have to be taken at once: they are gone when the event is over.
  const entries = [...dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...dataTransfer.files].map((file) => ({ path: file.name, file }));
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

export function chosenItems(input) {
  const items = [...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  input.value = "";
  return items;
}
