// Keeps the sample page up to date while images are being counted: the server sends the parts of the page that
// changed, as events where that works and by asking again where it does not (a proxy may hold events back).
import { localiseTimes } from "./times.js";

const RETRY_MS = 1000;
const IDLE_MS = 5000; // a finished page looks now and then whether somebody added images elsewhere
const root = document.querySelector("[data-live]");
let source = null;
let timer = 0;
let eventsWork = true;
let isDone = root?.dataset.pending !== "yes";

function withSeen(url) {
  const seen = [...root.querySelectorAll("[data-fragment]")].map((part) => `${part.dataset.fragment}:${part.dataset.version}`);
  return `${url}&seen=${encodeURIComponent(seen.join(","))}`;
}

// The same link or button in the new part of the page, so that the keyboard's focus stays where it was.
function twin(element, part) {
  const href = element.getAttribute("href");
  if (href) return part.querySelector(`a[href="${CSS.escape(href)}"]`);
  const action = element.closest("form")?.getAttribute("action");
  return action ? part.querySelector(`form[action="${CSS.escape(action)}"] button`) : null;
}

function place({ name, html }) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.querySelector("[data-fragment]");
  localiseTimes(holder.content);
  const old = root.querySelector(`[data-fragment="${CSS.escape(name)}"]`);
  if (!old) {
    root.querySelector("[data-image-list]").append(fresh);
    return;
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(fresh);
  if (focused) (twin(focused, fresh) ?? fresh).focus({ preventScroll: true });
}

function apply(update) {
  update.fragments.forEach(place);
  const status = document.querySelector("[data-live-status]");
  if (update.fragments.length) status.textContent = update.status_text;
  isDone = update.is_done;
  if (isDone) rest();
}

function rest() {
  stop();
  timer = setTimeout(ask, IDLE_MS);
}

function stop() {
  source?.close();
  source = null;
  clearTimeout(timer);
}

function listen() {
  let hasOpened = false;
  source = new EventSource(withSeen(root.dataset.eventsUrl));
  source.addEventListener("open", () => { hasOpened = true; });
  source.addEventListener("update", (event) => { hasOpened = true; apply(JSON.parse(event.data)); });
  source.addEventListener("error", () => {
    // The browser would reconnect with an outdated list of what this page shows.
    stop();
    eventsWork = hasOpened;
    if (!isDone) timer = setTimeout(ask, RETRY_MS);
  });
}

function isTyping() {
  return document.activeElement?.matches("input, textarea, select") || Boolean(document.querySelector("[data-file-list] > *"));
}

async function ask() {
  try {
    const answer = await fetch(withSeen(root.dataset.fragmentsUrl), { headers: { Accept: "application/json" } });
    if (answer.ok) apply(await answer.json());
    // The session has ended: loading the page leads to the sign-in and back here, but whoever is typing is not disturbed.
    else if (answer.status === 401 && !document.hidden && !isTyping()) window.location.reload();
  } catch {
    // The server is away for a moment; ask again.
  }
  if (document.hidden) return;
  if (isDone) rest();
  else if (eventsWork) listen();
  else timer = setTimeout(ask, RETRY_MS);
}

// A hidden tab gives its connection back: browsers allow only six to one server.
function onVisibility() {
  stop();
  if (!document.hidden) ask();
}

if (root) {
  if (isDone) rest();
  else listen();
  document.addEventListener("visibilitychange", onVisibility);
  document.addEventListener("bloodcount:changed", () => { stop(); ask(); });
}
