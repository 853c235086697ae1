// The region, a box being drawn and the cross that the keyboard moves: a few elements over the field.
export function showMarks(world, view, desk) {
  const [region, draft, cross] = ["region", "draft", "cross"].map((kind) => {
    const element = document.createElement("div");
    element.className = `mark mark-${kind}`;
    element.hidden = true;
    world.append(element);
    return element;
  });
  const placeBox = (element, box) => {
    element.hidden = !box;
    if (!box) return;
    const [x1, y1, x2, y2] = box.map((edge) => edge * view.zoom);
    Object.assign(element.style, { left: `${x1}px`, top: `${y1}px`, width: `${x2 - x1}px`, height: `${y2 - y1}px` });
  };
  const show = () => {
    placeBox(region, desk.region);
    placeBox(draft, desk.draft);
    cross.hidden = !desk.cross;
    if (desk.cross) Object.assign(cross.style, { left: `${desk.cross[0] * view.zoom}px`, top: `${desk.cross[1] * view.zoom}px` });
  };
  desk.addEventListener("scene", show);
  view.addEventListener("view", show);
}
