// Which cell lies where.
export function centreOf(cell) {
  const [x1, y1, x2, y2] = cell.state.box;
  return [(x1 + x2) / 2, (y1 + y2) / 2];
}

// The smallest cell under a point, so that a platelet on a red cell can be chosen; a finger may miss by a little.
export function cellAt(cells, [x, y], slack) {
  let best = null;
  let bestArea = Infinity;
  for (const cell of cells) {
    const [x1, y1, x2, y2] = cell.state.box;
    const area = (x2 - x1) * (y2 - y1);
    const isHit = x >= x1 - slack && x <= x2 + slack && y >= y1 - slack && y <= y2 + slack;
    if (isHit && area < bestArea) [best, bestArea] = [cell, area];
  }
  return best;
}

// The nearest cell in a direction; a step aside costs more than one ahead.
export function neighbour(cells, from, [stepX, stepY]) {
  const [fromX, fromY] = centreOf(from);
  let best = null;
  let bestCost = Infinity;
  for (const cell of cells) {
    const [x, y] = centreOf(cell);
    const ahead = (x - fromX) * stepX + (y - fromY) * stepY;
    const aside = Math.abs((x - fromX) * stepY) + Math.abs((y - fromY) * stepX);
    const cost = ahead + 2 * aside;
    if (cell !== from && ahead > 0 && cost < bestCost) [best, bestCost] = [cell, cost];
  }
  return best;
}

export function isInside(cell, [x1, y1, x2, y2]) {
  const [x, y] = centreOf(cell);
  return x >= x1 && x <= x2 && y >= y1 && y <= y2;
}

// A box between two corners, inside the image.
export function boxBetween([ax, ay], [bx, by], size) {
  const clamp = (value, most) => Math.min(most, Math.max(0, Math.round(value * 100) / 100));
  return [
    clamp(Math.min(ax, bx), size.width), clamp(Math.min(ay, by), size.height),
    clamp(Math.max(ax, bx), size.width), clamp(Math.max(ay, by), size.height),
  ];
}

// A box of the usual size about a point: the middle one of the field's own cells of the class.
export function typicalBox(cells, cellClass, [x, y], size, share) {
  const sides = cells
    .filter((cell) => cell.state.class === cellClass)
    .map(({ state: { box } }) => (box[2] - box[0] + box[3] - box[1]) / 2)
    .sort((a, b) => a - b);
  const all = cells.map(({ state: { box } }) => (box[2] - box[0] + box[3] - box[1]) / 2).sort((a, b) => a - b);
  const fallback = { RBC: 1, WBC: 1.7, PLT: 0.4 }[cellClass] * (all[all.length >> 1] ?? 0.08 * size.width);
  const half = (share * (sides[sides.length >> 1] ?? fallback)) / 2;
  return boxBetween([x - half, y - half], [x + half, y + half], size);
}
