// The types of cells as the page's buttons name them: the server writes the words, so that they stand in one place.
import { codeOf, doubtOf, isConfirmed, typeKey, UNSURE } from "./cells.js";

const SINGULAR = { RBC: "Red cell", WBC: "White cell", PLT: "Platelet", NRBC: "Nucleated red cell" };
const CLASS_LETTERS = { RBC: "R", WBC: "W", PLT: "P", NRBC: "NR" };
const types = new Map();

export function readTypes(root) {
  for (const button of root.querySelectorAll("[data-type-key]")) {
    const { typeKey: key, typeName: name, letters } = button.dataset;
    types.set(key, { key, name, letters, class: button.dataset.class, subtype: button.dataset.subtype || null, hotkey: button.dataset.key || null });
  }
  return types;
}

export function typeOf(cell) {
  return types.get(typeKey(cell.state.class, cell.state.subtype)) ?? types.get(typeKey(cell.state.class, null));
}

export function typeOfKey(key) {
  for (const type of types.values()) if (type.hotkey === key) return type;
  return null;
}

export function lettersOf(cell) {
  return (cell.state.subtype && types.get(typeKey(cell.state.class, cell.state.subtype))?.letters) || CLASS_LETTERS[codeOf(cell)];
}

function nameOf(cellClass, subtype) {
  return (types.get(typeKey(cellClass, subtype))?.name ?? subtype ?? "no type").toLowerCase();
}

// A network is never certain.
function percent(probability) {
  if (probability == null) return "";
  return `, probability ${probability > 0.99 ? "over 99" : Math.round(100 * probability)} %`;
}

// What is said of a cell, to eyes and to ears.
export function wordsOf(cell) {
  const words = [SINGULAR[codeOf(cell)]];
  const { class: cellClass, subtype } = cell.state;
  if (isConfirmed(cell)) {
    if (subtype) words.push(nameOf(cellClass, subtype));
    words.push(cell.network ? `confirmed by ${cell.state.confirmed_by}` : `added by ${cell.state.confirmed_by}`);
    if (cell.network && (cell.network.class !== cellClass || cell.network.subtype !== subtype)) {
      const before = cell.network.subtype ? nameOf(cell.network.class, cell.network.subtype) : SINGULAR[cell.network.class].toLowerCase();
      words.push(`the network suggested ${before}${percent(cell.network.subtype_probability)}`);
    }
    return words.join(", ");
  }
  if (subtype && UNSURE.has(subtype)) {
    words.push(subtype);
    const likeliest = cell.network?.likeliest_subtype;
    if (likeliest) words.push(`likeliest ${nameOf(cellClass, likeliest)}${percent(cell.network.subtype_probability)}`);
  } else if (subtype) words.push(`suggested ${nameOf(cellClass, subtype)}${percent(cell.network?.subtype_probability)}`);
  else words.push("suggested");
  if (cell.network) words.push(`score ${cell.network.score.toFixed(2)}`);
  if (!cell.state.counted) words.push("not counted");
  return words.join(", ");
}

export function doubtWords(cell) {
  return isConfirmed(cell) ? "confirmed" : `doubt ${Math.round(100 * doubtOf(cell))} %`;
}
