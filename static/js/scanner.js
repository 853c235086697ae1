// A barcode scanner types like a person, only faster: a burst of characters that ends in Enter. What it reads belongs
// into the page's one field for numbers, [data-scan], wherever the focus happens to be. What the burst had already
// typed elsewhere is taken back, and its Enter presses nothing else.
const FASTEST_HAND_MS = 35; // between two keys; scanners need 1 to 20 ms, the quickest typists 60 ms
const FEWEST_CHARACTERS = 4;

const target = document.querySelector("[data-scan]");
let burst = [];
let lastAt = 0;
let touched = null; // the field that the burst began in, as it was before

function isTextField(element) {
  return element?.matches?.("input:not([type=checkbox], [type=radio], [type=file], [type=submit], [type=button]), textarea, select");
}

function remember(element) {
  return isTextField(element) ? { element, value: element.value } : null;
}

function begin(event) {
  burst = [];
  touched = remember(event.target);
}

function isScan(event) {
  return burst.length >= FEWEST_CHARACTERS && event.timeStamp - lastAt <= FASTEST_HAND_MS;
}

function deliver() {
  const code = burst.join("");
  if (touched && touched.element !== target) touched.element.value = touched.value;
  burst = [];
  target.value = code;
  target.focus();
  target.dispatchEvent(new Event("input", { bubbles: true }));
  target.dispatchEvent(new Event("change", { bubbles: true }));
  if (target.dataset.scan === "submit") target.form.requestSubmit();
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.target.matches?.("[type=password]")) return;
  if (event.key === "Enter" && isScan(event)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    deliver();
    return;
  }
  if (event.key === "Shift" || event.repeat) return; // capitals of the code; a key that a hand holds down
  if (event.key.length !== 1) {
    burst = [];
    return;
  }
  if (!burst.length || event.timeStamp - lastAt > FASTEST_HAND_MS) begin(event);
  else if (event.key === " " && !isTextField(event.target)) event.preventDefault(); // it would press a button
  burst.push(event.key);
  lastAt = event.timeStamp;
}

// Before every other listener: the Enter at the end must not press a button or open a row.
if (target && !target.readOnly) document.addEventListener("keydown", onKey, { capture: true });
