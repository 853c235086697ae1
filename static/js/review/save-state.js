import { signInLink } from "../sign-in-link.js";

// Always says whether what was changed is saved.
const WORDS = {
  saved: () => "All changes saved",
  signed: () => "Signed: the cells stand still",
  late: (waiting) => `Signed: ${waiting} ${waiting === 1 ? "change" : "changes"} made on this computer came too late and ${waiting === 1 ? "waits" : "wait"} for a correction`,
  saving: () => "Saving …",
  waiting: (waiting, isKept) =>
    isKept
      ? `Not saved yet: ${waiting} ${waiting === 1 ? "change waits" : "changes wait"} on this computer and will be sent as soon as the server answers`
      : `Not saved yet: ${waiting} changes wait. Keep this page open until they are saved`,
  "signed-out": (waiting) => `Not saved yet: your session has ended, and ${waiting} ${waiting === 1 ? "change waits" : "changes wait"} for you to sign in again. `,
  stopped: (waiting, isKept, message) => `Not saved: ${message}`,
};

const WORST_FIRST = ["stopped", "signed-out", "waiting", "saving", "saved"];

export function showSaveStates(element, stores) {
  const states = new Map(stores.map((store) => [store, { state: store.pending.length ? "saving" : "saved", message: "" }]));
  const show = () => {
    if (stores.length && stores.every((store) => store.isSigned)) {
      const late = stores.reduce((sum, store) => sum + store.left, 0);
      element.dataset.state = late ? "waiting" : "saved";
      element.textContent = late ? WORDS.late(late) : WORDS.signed();
      return;
    }
    const found = [...states.values()];
    const state = WORST_FIRST.find((name) => found.some((one) => one.state === name)) ?? "saved";
    const waiting = stores.reduce((sum, store) => sum + store.pending.length, 0);
    const message = found.find((one) => one.state === state)?.message ?? "";
    element.dataset.state = state;
    element.textContent = WORDS[state](waiting, stores.every((store) => store.isKept), message);
    if (state === "signed-out") element.append(signInLink());
  };
  for (const store of stores) {
    store.addEventListener("state", (event) => {
      states.set(store, event.detail);
      show();
    });
  }
  show();
  addEventListener("beforeunload", (event) => {
    if (stores.some((store) => store.pending.length && !store.isKept)) event.preventDefault();
  });
}
