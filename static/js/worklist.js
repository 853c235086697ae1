// The keys of the worklist. They work only while the focus is in the list (WCAG 2.1.4): elsewhere a letter is a letter.
const list = document.querySelector("[data-worklist]");
const search = document.getElementById("query");
const links = list ? [...list.querySelectorAll("tbody a")] : [];
const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

function goTo(index) {
  const link = links[Math.min(Math.max(index, 0), links.length - 1)];
  link?.focus();
  link?.closest("tr").scrollIntoView({ block: "nearest" });
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || !list.contains(document.activeElement)) return;
  const at = links.indexOf(document.activeElement);
  if (event.key in STEPS) goTo(at + STEPS[event.key]);
  else if (event.key === "Home") goTo(0);
  else if (event.key === "End") goTo(links.length - 1);
  else if (event.key === "/") search.focus();
  else return;
  event.preventDefault();
}

list?.addEventListener("keydown", onKey);
// From the search one key leads into the list, as in a menu.
search?.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" || !links.length) return;
  event.preventDefault();
  goTo(0);
});
