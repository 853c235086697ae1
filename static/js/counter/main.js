// The counter's page: keys act only while the pad has the focus (WCAG 2.1.4), and every change is kept at once.
import { signInLink } from "../sign-in-link.js";
import { Count } from "./count.js";
import { Keeper } from "./keeper.js";
import { showCount } from "./pad.js";
import { ScannerGuard } from "./scanner.js";
import { Sound } from "./sound.js";
import { listenToKeySettings } from "./key-settings.js";

const SPOKEN_EVERY = 25;
const WORDS = {
  saved: () => "Count kept",
  saving: () => "Keeping the count …",
  waiting: (message, isKept) =>
    isKept
      ? "Not on the server yet: the count is kept on this computer and sent as soon as the server answers"
      : "Not kept yet: keep this page open until the server answers",
  "signed-out": () => "Not on the server yet: your session has ended. ",
  stopped: (message) => `Not kept: ${message}`,
};

const form = document.querySelector("[data-counter]");
const pad = form.querySelector("[data-pad]");
const buttons = [...pad.querySelectorAll("[data-cell-type]")];
const types = buttons.map((button) => button.dataset.cellType);
const apart = new Set(buttons.filter((button) => "apart" in button.dataset).map((button) => button.dataset.cellType));
const nameOf = (type) => buttons[types.indexOf(type)].querySelector(".pad-name").textContent;
const sound = new Sound(form.dataset.sound === "yes");
const guard = new ScannerGuard();
const keeper = new Keeper(form.dataset.editor);

function openCount() {
  const { draftKey, draftVersion, draftPresses, draftTarget, savedKeys, baseTarget, largest } = form.dataset;
  const draft = draftKey && { count_key: draftKey, version: Number(draftVersion), presses: draftPresses.split(",").filter(Boolean), target: Number(draftTarget) };
  const found = keeper.open({ draft, savedKeys: new Set(savedKeys.split(",")), stop: Number(baseTarget) });
  return new Count(found, { apart, largest: Number(largest) });
}

const count = openCount();

function say(words) {
  form.querySelector("[data-say]").textContent = words;
}

function changed() {
  showCount(form, count);
  keeper.keep(count);
}

function press(type) {
  if (keeper.stopped) return false;
  if (!count.press(type)) {
    say(`${count.total} cells are counted: continue, or save.`);
    return false;
  }
  changed();
  hit(type);
  if (count.isFull) {
    sound.long();
    say(`${count.total} cells are counted.`);
  } else {
    sound.beep(types.indexOf(type));
    if (count.total % SPOKEN_EVERY === 0 && !apart.has(type)) say(`${count.total} cells`);
  }
  return true;
}

function hit(type) {
  for (const button of buttons) button.toggleAttribute("data-hit", button.dataset.cellType === type);
}

function undo() {
  const type = count.undo();
  if (!type) {
    say("There is nothing to take back.");
    return;
  }
  changed();
  hit(null);
  say(type === "all" ? `The count is back: ${count.total} cells.` : `Taken back: ${nameOf(type).toLowerCase()}. ${count.total} cells.`);
}

function stopAt(cells) {
  if (!Number.isInteger(cells) || cells < 1 || cells > Number(form.querySelector("[data-stop-at]").max)) return;
  count.stopAt(cells);
  changed();
  say(`The count is full at ${cells} cells.`);
}

const acts = {
  undo,
  pause: () => {
    if (document.activeElement && pad.contains(document.activeElement)) document.activeElement.blur();
    say("Paused.");
  },
  clear: () => {
    if (!count.clear()) return;
    changed();
    hit(null);
    say("Begun anew. Undo brings the count back.");
  },
  continue: () => {
    stopAt(count.stop + Number(form.dataset.baseTarget));
    pad.focus();
  },
  sound: (button) => {
    sound.isOn = !sound.isOn;
    button.setAttribute("aria-pressed", String(sound.isOn));
    document.querySelector("[data-preference] [name=has_sound]").checked = sound.isOn;
    keepSound();
  },
};

// Only what was kept before is sent along, so that keys typed below and not kept yet stay as they are.
async function keepSound() {
  const kept = new FormData();
  for (const button of buttons) kept.set(`key_${button.dataset.cellType}`, button.dataset.key);
  kept.set("target", form.dataset.baseTarget);
  if (sound.isOn) kept.set("has_sound", "yes");
  const answer = await fetch("/counter/preference", { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(kept) }).catch(() => null);
  if (!answer?.ok) say(`Sound is ${sound.isOn ? "on" : "off"} on this page; the server could not keep it.`);
}

pad.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.key === "Escape") acts.pause();
  else if (event.key === "Backspace") {
    event.preventDefault();
    undo();
  } else if (event.key === "Enter") endOfScan(event);
  else if (event.key.length === 1 && event.key !== " ") {
    event.preventDefault();
    if (!event.repeat) countKey(event);
  }
});

function countKey(event) {
  const button = buttons.find((one) => one.dataset.key && one.dataset.key === event.key.toLowerCase());
  const isCounted = button ? press(button.dataset.cellType) : false;
  if (!button) say(`The key ${event.key} has no type: nothing was counted.`);
  guard.note(event.timeStamp, isCounted);
}

function endOfScan(event) {
  const { isScan, counted } = guard.end(event.timeStamp);
  if (!isScan) return;
  event.preventDefault();
  for (let taken = 0; taken < counted; taken += 1) count.undo();
  changed();
  hit(null);
  say("That was a barcode scanner: its letters were not counted. Click the field of the accession number and scan again.");
}

pad.addEventListener("focusin", () => {
  pad.toggleAttribute("data-active", true);
  pad.querySelector("[data-pad-state]").textContent = "Counting: keys count. Backspace takes the last cell back, Escape pauses.";
});
pad.addEventListener("focusout", (event) => {
  if (pad.contains(event.relatedTarget)) return;
  pad.toggleAttribute("data-active", false);
  pad.querySelector("[data-pad-state]").textContent = "Paused. Click here, or press Tab until this frame is marked, to count.";
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-cell-type], [data-act], [data-stop]");
  if (button?.dataset.cellType) press(button.dataset.cellType);
  else if (button?.dataset.stop) stopAt(Number(button.dataset.stop));
  else if (button) acts[button.dataset.act](button);
});
form.querySelector("[data-stop-at]").addEventListener("change", (event) => stopAt(event.target.valueAsNumber));
form.addEventListener("submit", () => {
  form.elements.count_key.value = count.key;
  form.elements.presses.value = JSON.stringify(count.presses);
  form.elements.target.value = count.stop;
});
form.addEventListener("keydown", (event) => {
  // A scanner ends with Enter: the number goes into its field, and saving stays a step of its own.
  if (event.key === "Enter" && event.target.name === "accession_number") event.preventDefault();
});
keeper.addEventListener("state", ({ detail }) => {
  const element = form.querySelector("[data-save-state]");
  element.dataset.state = detail.state;
  element.textContent = WORDS[detail.state](detail.message, detail.isKept);
  if (detail.state === "signed-out") element.append(signInLink());
});
addEventListener("beforeunload", (event) => {
  if (keeper.isKept === false && keeper.sent < count.version) event.preventDefault();
});

for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
form.querySelector("[data-act=sound]").setAttribute("aria-pressed", String(sound.isOn));
listenToKeySettings(document.querySelector("[data-preference]"));
showCount(form, count);
if (count.presses.length) {
  say(`Going on with ${count.total} cells that were counted before.`);
  keeper.keep(count);
  if (keeper.sent >= count.version) keeper.tell("saved");
}
form.dataset.ready = "yes";
