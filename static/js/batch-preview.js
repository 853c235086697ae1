// The table of samples before they are sent: every accession number can be changed, for a group or for one file.
import { readableSize } from "./file-row.js";

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function cell(className, ...children) {
  const made = element("td", className);
  made.append(...children);
  return made;
}

function counted(text) {
  const made = cell("number", text);
  made.dataset.label = "Files";
  return made;
}

function sized(bytes) {
  const made = cell("number", readableSize(bytes));
  made.dataset.label = "Size";
  return made;
}

function numberInput(value, label, onChange) {
  const input = element("input", "input");
  Object.assign(input, { value, maxLength: 64, autocomplete: "off", spellcheck: false, placeholder: "no sample yet" });
  input.setAttribute("aria-label", label);
  input.addEventListener("change", () => onChange(input.value.trim()));
  return input;
}

// Hundreds of names with a field each are drawn only when a person wants to see them.
function fileList(group, onMove) {
  const details = element("details");
  const first = group.items[0].path;
  details.append(element("summary", "", group.items.length === 1 ? first : `${first} and ${group.items.length - 1} more`));
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    const list = element("ul", "group-files");
    for (const item of group.items) {
      const line = element("li");
      line.append(element("span", "", item.path), numberInput(group.number, `Accession number of ${item.path}`, (number) => onMove([item], number)));
      list.append(line);
    }
    details.append(list);
  });
  return details;
}

// What the manifest tells of samples, by accession number without regard to case; new samples get it.
export function toldOfSamples(report) {
  const told = new Map();
  for (const { accession_number: number, details, acquisition_profile: profile } of report?.samples ?? []) {
    const words = [
      details.patient_code && `patient code ${details.patient_code}`,
      details.sex,
      details.age_value === null ? null : `${details.age_value} ${details.age_unit}`,
      details.stain && `stain ${details.stain}`,
      profile && `profile ${profile}`,
    ];
    told.set(sampleKey(number), words.filter(Boolean).join(", "));
  }
  return told;
}

const sampleKey = (number) => number.normalize("NFKC").toLowerCase();

export function drawGroups(body, groups, archives, told, onMove) {
  const rows = groups.map((group) => {
    const row = element("tr");
    const size = group.items.reduce((sum, item) => sum + item.file.size, 0);
    const label = group.number ? `Accession number of ${group.items.length} files` : "Accession number of the files without one";
    const input = numberInput(group.number, label, (number) => onMove(group.items, number));
    const words = [fileList(group, onMove)];
    if (!group.number) row.dataset.missing = "";
    if (group.isFromManifest) words.push(element("p", "small muted", group.note ? `from the manifest: ${group.note}` : "from the manifest"));
    const data = told.get(sampleKey(group.number));
    if (data) words.push(element("p", "small", `If the sample is new: ${data}`));
    row.append(cell("", input), counted(`${group.items.length}`), sized(size), cell("small", ...words));
    return row;
  });
  for (const item of archives) {
    const row = element("tr");
    const words = element("span", "", `${item.path} is unpacked and grouped on the server by the rule above.`);
    row.append(cell("muted", "ZIP file"), counted("–"), sized(item.file.size), cell("small", words));
    rows.push(row);
  }
  body.replaceChildren(...rows);
}

export function drawManifest(box, report) {
  box.replaceChildren();
  if (!report) return;
  const matched = report.files.filter((file) => file.is_from_manifest).length;
  const notice = element("div", report.rows_without_file.length || report.files_without_row.length || report.ambiguous_rows.length ? "notice notice-caution" : "notice notice-good");
  notice.append(element("p", "notice-title", `The manifest names ${matched} of the files`));
  const lists = [
    [report.rows_without_file, "of the manifest’s lines match no file", (row) => `Line ${row.line}: ${row.file} (${row.accession_number})`],
    [report.ambiguous_rows, "of the manifest’s lines match several files and were not used; write the folder before the name", (row) => `Line ${row.line}: ${row.file}`],
    [report.files_without_row, "of the files stand in no line of the manifest; the rule above groups them", (path) => path],
  ];
  for (const [entries, words, line] of lists) {
    if (!entries.length) continue;
    const details = element("details");
    const list = element("ul", "plain-list");
    details.append(element("summary", "", `${entries.length} ${words}`), list);
    list.append(...entries.slice(0, 200).map((entry) => element("li", "", line(entry))));
    notice.append(details);
  }
  box.append(notice);
}
