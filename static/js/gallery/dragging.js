// Crops dragged to another group. Keys and buttons do the same, so nobody has to drag (WCAG 2.5.7).
export function listenToDrag(root, { crops, hands, types }) {
  root.addEventListener("dragstart", (event) => {
    const crop = event.target.closest?.("[data-cell]");
    if (!crop) return;
    if (crop.getAttribute("aria-selected") !== "true") crops.choose(crop);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", crops.chosen().map((one) => one.dataset.cell).join(" "));
  });
  for (const [key, group] of crops.groups) {
    group.addEventListener("dragover", (event) => {
      event.preventDefault();
      group.toggleAttribute("data-over", true);
    });
    group.addEventListener("dragleave", (event) => {
      if (!group.contains(event.relatedTarget)) group.removeAttribute("data-over");
    });
    group.addEventListener("drop", (event) => {
      event.preventDefault();
      group.removeAttribute("data-over");
      if (types.has(key) && crops.chosen().some((crop) => crop.closest("[data-group]") !== group)) hands.relabel(types.get(key));
    });
  }
}
