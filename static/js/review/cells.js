// A field's cells: what the network found, and how an edit changes one. The server judges by the same rules
// (app/services/reviews/edit_rules.py); here they only make a change visible at once.
const ERYTHROBLAST = "erythroblast";
export const UNSURE = new Set(["unidentified", "uncategorised"]);
export const CODES = ["RBC", "WBC", "PLT", "NRBC"];

export function networkCells(review) {
  return review.cells.map((cell, index) => ({
    id: `n${index}`,
    network: cell,
    state: { class: cell.class, subtype: cell.subtype, box: cell.box, counted: cell.counted, confirmed_by: null, removed: false },
    newest: null,
  }));
}

// The code under which a cell is counted.
export function codeOf({ state }) {
  return state.class === "WBC" && state.subtype === ERYTHROBLAST ? "NRBC" : state.class;
}

export function isConfirmed({ state }) {
  return state.confirmed_by !== null;
}

// How an edit leaves its cell; null where it cannot be.
export function stateAfter(edit, old, edits, actor) {
  switch (edit.action) {
    case "add":
      return { class: edit.class, subtype: edit.subtype, box: edit.box, counted: true, confirmed_by: actor, removed: false };
    case "delete":
      return old && { ...old, removed: true, counted: false, confirmed_by: actor };
    case "confirm":
      return old && { ...old, counted: true, confirmed_by: actor };
    case "relabel":
      return old && { ...old, class: edit.class, subtype: edit.subtype, counted: true, confirmed_by: actor };
    default: {
      const target = edits.get(edit.of_edit);
      if (!target) return null;
      return edit.state === "after" ? target.new : (target.old ?? { ...target.new, removed: true, counted: false });
    }
  }
}

// Whether a cell counts; leastScore asks "what if" and is null for the weights' own thresholds.
export function isCounted(cell, leastScore = null) {
  if (cell.state.removed) return false;
  if (leastScore === null || isConfirmed(cell)) return cell.state.counted;
  return cell.network.score >= leastScore;
}

// Cells by code and by type among those that pass.
export function countCells(cells, passes) {
  const byCode = Object.fromEntries(CODES.map((code) => [code, 0]));
  const byType = new Map();
  for (const cell of cells) {
    if (!passes(cell)) continue;
    byCode[codeOf(cell)] += 1;
    const type = typeKey(cell.state.class, cell.state.subtype);
    byType.set(type, (byType.get(type) ?? 0) + 1);
  }
  return { byCode, byType };
}

export function typeKey(cellClass, subtype) {
  return `${cellClass}:${subtype ?? ""}`;
}

// 0 for what a person confirmed, 1 for what the network could not name at all.
export function doubtOf(cell) {
  if (isConfirmed(cell)) return 0;
  return cell.network?.subtype_probability == null ? 1 : 1 - cell.network.subtype_probability;
}
