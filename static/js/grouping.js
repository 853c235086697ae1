// Which sample a file belongs to, told from its path; app/services/intake/grouping.py does the same on the server.
const IMAGE_NAME = /\.(jpe?g|png|tiff?|webp|bmp)$/i;
const JUNK_NAME = /^(\..*|thumbs\.db|desktop\.ini)$/i;

export const isArchive = (path) => /\.zip$/i.test(path);
export const isManifest = (path) => /\.csv$/i.test(path);
export const isImage = (path) => IMAGE_NAME.test(path);

export function isJunk(path) {
  const parts = path.split("/");
  return JUNK_NAME.test(parts.at(-1)) || parts.slice(0, -1).includes("__MACOSX");
}

function stemOf(path) {
  const name = path.split("/").at(-1);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}

export function sampleOf(path, rule) {
  const stem = stemOf(path);
  let found = stem;
  if (rule.by === "one") found = rule.accession_number ?? "";
  else if (rule.by === "folder") found = path.split("/").at(-2) ?? "";
  else if (rule.by !== "file" && rule.separator) {
    const at = rule.by === "before_first" ? stem.indexOf(rule.separator) : stem.lastIndexOf(rule.separator);
    if (at >= 0) found = stem.slice(0, at);
  }
  return found.trim();
}

// The rule that a person most likely wants: folders where there are several, else names with a sign in them.
export function likelyRule(paths) {
  const folders = new Set(paths.map((path) => path.split("/").slice(0, -1).join("/")));
  if (folders.size > 1 || (folders.size === 1 && ![...folders][0])) {
    if (folders.size > 1) return { by: "folder", separator: "_" };
    const sign = ["_", "-", " "].find((one) => paths.every((path) => stemOf(path).includes(one)));
    return sign ? { by: "before_last", separator: sign } : { by: "one", separator: "_" };
  }
  return { by: "folder", separator: "_" };
}

// Accession numbers with their files, in the order of the files; files without one come first, under "".
export function groupFiles(items, rule, manifestRows, byHand) {
  const groups = new Map();
  for (const item of items) {
    const row = manifestRows.get(item.path);
    const number = byHand.get(item.path) ?? row?.accession_number ?? sampleOf(item.path, rule);
    const key = number.toLowerCase();
    if (!groups.has(key)) groups.set(key, { number, items: [], isFromManifest: false, note: null });
    const group = groups.get(key);
    group.items.push(item);
    if (row && !byHand.has(item.path)) {
      group.isFromManifest = true;
      group.note ??= row.note;
    }
  }
  const missing = groups.get("");
  groups.delete("");
  return missing ? [missing, ...groups.values()] : [...groups.values()];
}
