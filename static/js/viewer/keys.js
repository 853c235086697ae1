// The keyboard. Single keys act only while the field or its list has the focus (WCAG 2.1.4), and can be switched off.
import { typeOfKey } from "../review/names.js";

const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
const PAN_PX = 80;

function onArrow(event, view, desk) {
  const step = STEPS[event.key];
  if (!step) return false;
  if (desk.mode !== "select") desk.moveCross(step, event.shiftKey);
  else if (event.altKey) view.panBy(-PAN_PX * step[0], -PAN_PX * step[1]);
  else desk.step(step, { add: event.shiftKey });
  return true;
}

const ACTIONS = {
  Enter: ({ desk }) => (desk.mode === "select" ? desk.confirm() : desk.markCross()),
  Delete: ({ desk }) => desk.remove(),
  Backspace: ({ desk }) => desk.remove(),
  Escape: ({ desk }) => desk.leave(),
};

const SINGLE_KEYS = {
  "+": ({ view }) => view.zoomBy(1.25),
  "=": ({ view }) => view.zoomBy(1.25),
  "-": ({ view }) => view.zoomBy(0.8),
  f: ({ view }) => view.fit(),
  a: ({ desk }) => desk.enter(desk.mode === "add" ? "select" : "add"),
  g: ({ desk }) => desk.enter(desk.mode === "region" ? "select" : "region"),
  "[": ({ desk }) => resize(desk, 0.85),
  "]": ({ desk }) => resize(desk, 1 / 0.85),
};

function resize(desk, factor) {
  desk.sizeShare = Math.min(4, Math.max(0.25, desk.sizeShare * factor));
  desk.say(`A clicked cell is ${Math.round(100 * desk.sizeShare)} % of the usual size.`);
}

function onUndo(event, desk) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  const key = event.key.toLowerCase();
  if (key === "z" && !event.shiftKey) desk.undo();
  else if (key === "y" || (key === "z" && event.shiftKey)) desk.redo();
  else return false;
  return true;
}

export function listenToKeys(focusAreas, { view, desk, singleKeysOn }) {
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input:not([type=range], [type=checkbox]), textarea, select");
    if (!isTyping && onUndo(event, desk)) event.preventDefault();
  });
  for (const area of focusAreas) {
    area.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey) return;
      if (area.dataset.ownArrows === undefined && onArrow(event, view, desk)) {
        event.preventDefault();
        return;
      }
      if (event.altKey) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const type = singleKeysOn() ? typeOfKey(key) : null;
      const act = ACTIONS[key] ?? (singleKeysOn() ? SINGLE_KEYS[key] : undefined);
      if (type) desk.relabel(type);
      else if (act) act({ view, desk });
      else return;
      event.preventDefault();
    });
  }
}
