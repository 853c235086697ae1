// Edits that the server has not answered for yet, kept in the browser so that a closed tab or a lost connection loses
// none. One entry an edit: several tabs write here, and the server keeps an edit once however often it comes.
const PREFIX = "bloodcount.edit";
let sequence = 0;

function prefixOf(imageId) {
  return `${PREFIX}.${imageId}.`;
}

function keysOf(imageId) {
  const keys = [];
  for (let index = 0; index < localStorage.length; index += 1) {
    const key = localStorage.key(index);
    if (key.startsWith(prefixOf(imageId))) keys.push(key);
  }
  return keys.sort();
}

// False where the browser keeps nothing (storage full or forbidden): then the tab must stay open until all is saved.
export function keep(imageId, analysisId, editor, edit) {
  sequence += 1;
  const order = `${String(Date.now()).padStart(15, "0")}.${String(sequence).padStart(6, "0")}`;
  try {
    localStorage.setItem(`${prefixOf(imageId)}${order}.${edit.edit_id}`, JSON.stringify({ analysisId, editor, edit }));
    return true;
  } catch {
    return false;
  }
}

export function forget(imageId, editIds) {
  try {
    for (const key of keysOf(imageId)) if (editIds.has(key.slice(key.lastIndexOf(".") + 1))) localStorage.removeItem(key);
  } catch {
    // What cannot be removed is sent once more, which changes nothing.
  }
}

// Only this person's: on a shared computer another one's wait until that person is back.
export function kept(imageId, analysisId, editor) {
  return entriesOf(imageId, analysisId).filter((entry) => entry.editor === editor).map((entry) => entry.edit);
}

// Of whom changes wait here that are not this person's.
export function othersKept(imageId, analysisId, editor) {
  return [...new Set(entriesOf(imageId, analysisId).map((entry) => entry.editor).filter((name) => name !== editor))];
}

function entriesOf(imageId, analysisId) {
  try {
    const entries = keysOf(imageId).map((key) => JSON.parse(localStorage.getItem(key)));
    return entries.filter((entry) => entry?.analysisId === analysisId && entry.editor);
  } catch {
    return [];
  }
}
