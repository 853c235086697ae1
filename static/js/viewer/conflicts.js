// Changes that somebody else was quicker with, or that the server refused: told one by one, to be kept or made again.
import { othersKept } from "../review/pending.js";

export function showConflicts(list, { store, types }) {
  for (const name of othersKept(store.review.image_id, store.review.analysis_id, store.actor)) {
    list.append(notice(`Changes by ${name} on ${store.review.file_name} wait on this computer. They are saved when ${name} signs in here and opens the field.`));
  }
  store.addEventListener("conflict", (event) => {
    const { edit, outcome } = event.detail;
    const item = notice(outcome.message);
    const row = document.createElement("p");
    row.className = "row";
    const wanted = wantedWords(edit, types);
    if (outcome.status === "conflict" && wanted) row.append(button(`Make it ${wanted} after all`, () => again(store, edit, item)));
    row.append(button("Leave it", () => item.remove()));
    item.append(row);
    list.append(item);
  });
}

function notice(text) {
  const item = document.createElement("li");
  item.className = "notice notice-caution conflict";
  const words = document.createElement("p");
  words.textContent = text;
  item.append(words);
  return item;
}

function wantedWords(edit, types) {
  if (edit.action === "relabel") return types.get(`${edit.class}:${edit.subtype ?? ""}`)?.name.toLowerCase() ?? edit.class;
  return { delete: "removed", confirm: "confirmed as it stands" }[edit.action] ?? null;
}

// The same change once more, on what is known now.
function again(store, { edit_id: _, previous: __, ...change }, item) {
  store.perform([change]);
  item.remove();
}

function button(words, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button button-quiet button-small";
  element.textContent = words;
  element.addEventListener("click", act);
  return element;
}
