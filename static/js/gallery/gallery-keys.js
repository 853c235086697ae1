// The keyboard in the galleries; single keys act only while a crop has the focus (WCAG 2.1.4).
import { typeOfKey } from "../review/names.js";

// The crop above or below: the nearest one in the next row of the page.
function vertical(crops, crop, direction) {
  const frame = crop.getBoundingClientRect();
  let best = null;
  let bestCost = Infinity;
  for (const other of crops.all()) {
    const place = other.getBoundingClientRect();
    const ahead = (place.top - frame.top) * direction;
    const cost = ahead * 3 + Math.abs(place.left - frame.left);
    if (ahead > 4 && cost < bestCost) [best, bestCost] = [other, cost];
  }
  return best;
}

function target(crops, crop, key) {
  const row = crops.all();
  const at = row.indexOf(crop);
  const moves = {
    ArrowRight: () => row[at + 1],
    ArrowLeft: () => row[at - 1],
    ArrowDown: () => vertical(crops, crop, 1),
    ArrowUp: () => vertical(crops, crop, -1),
    Home: () => crops.all(crop.closest("[data-group]"))[0],
    End: () => crops.all(crop.closest("[data-group]")).at(-1),
  };
  return moves[key] ? (moves[key]() ?? crop) : null;
}

export function listenToGalleryKeys({ crops, hands }) {
  const acts = {
    Enter: () => hands.act("confirm"),
    Delete: () => hands.act("remove"),
    Backspace: () => hands.act("remove"),
    Escape: () => crops.clear(),
    o: () => hands.open(),
  };

  document.addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && (key === "z" || key === "y")) {
      hands.act(key === "z" && !event.shiftKey ? "undo" : "redo");
      event.preventDefault();
      return;
    }
    const crop = event.target.closest?.("[data-cell]");
    if (!crop || event.altKey) return;
    const to = target(crops, crop, key);
    if (to) {
      if (event.shiftKey) for (const one of [crop, to]) crops.setChosen(one, true);
      crops.focus(to);
      crops.onChosen();
    } else if (isCommand && key === "a") crops.chooseGroup(crop.closest("[data-group]"));
    else if (isCommand) return;
    else if (key === " ") crops.choose(crop, { ctrlKey: true });
    else if (acts[key]) acts[key]();
    else if (typeOfKey(key)) hands.relabel(typeOfKey(key));
    else return;
    event.preventDefault();
  });
}
