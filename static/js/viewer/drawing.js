// The cells on a canvas. It is larger than the stage and moves with the field, so that panning paints nothing; an edit
// paints only the places it touched.
import { codeOf, isConfirmed, UNSURE } from "../review/cells.js";
import { Sprites } from "./sprites.js";

const LARGEST_PIXELS = 2_500_000; // of one canvas: a larger one costs more in every frame, though most of it is not seen
const MARGIN_SHARE = 0.35; // of the stage, on each side, where the field is larger; within it panning paints nothing
const LETTER_FROM_PX = 14; // a cell smaller than this on the screen has no room for letters
const MOST_PLACES = 60; // touched at once; with more, all is painted anew
const REACH_PX = 34; // how far around its box a cell's signs may reach

export class Drawing {
  constructor(canvas, view, scene) {
    Object.assign(this, { canvas, view, scene, context: canvas.getContext("2d"), area: null, sprites: new Sprites() });
    this.shownSelected = new Set();
    view.addEventListener("view", () => this.follow());
  }

  follow() {
    const { view, area } = this;
    const field = { right: view.size.width * view.zoom, bottom: view.size.height * view.zoom };
    const isInside =
      area?.zoom === view.zoom &&
      area.left <= Math.max(-view.x, 0) && area.top <= Math.max(-view.y, 0) &&
      area.right >= Math.min(-view.x + view.width, field.right) && area.bottom >= Math.min(-view.y + view.height, field.bottom);
    if (!isInside) this.paint();
  }

  place() {
    const { view, canvas } = this;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const field = { width: view.size.width * view.zoom, height: view.size.height * view.zoom };
    let [left, top, right, bottom] = [0, 0, Math.ceil(field.width), Math.ceil(field.height)];
    if (field.width * field.height * ratio * ratio > LARGEST_PIXELS) {
      const [marginX, marginY] = [MARGIN_SHARE * view.width, MARGIN_SHARE * view.height];
      left = Math.max(0, Math.floor(-view.x - marginX));
      top = Math.max(0, Math.floor(-view.y - marginY));
      right = Math.min(right, Math.ceil(-view.x + view.width + marginX));
      bottom = Math.min(bottom, Math.ceil(-view.y + view.height + marginY));
    }
    this.area = { left, top, right, bottom, zoom: view.zoom, ratio };
    this.sprites.useRatio(ratio);
    const [width, height] = [Math.max(1, Math.ceil((right - left) * ratio)), Math.max(1, Math.ceil((bottom - top) * ratio))];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    Object.assign(canvas.style, { left: `${left}px`, top: `${top}px`, width: `${width / ratio}px`, height: `${height / ratio}px` });
  }

  // Paint anew: everything, or only where cells (by id) have changed.
  paint(ids = null) {
    const scene = this.scene();
    if (ids === null || !this.area || this.area.zoom !== this.view.zoom) {
      this.place();
      this.paintPlace(scene, scene.cells(), this.area);
    } else this.paintCells(scene, ids);
    this.shownSelected = new Set(scene.selected);
  }

  paintCells(scene, ids) {
    const changed = new Set(ids);
    for (const id of scene.selected) if (!this.shownSelected.has(id)) changed.add(id);
    for (const id of this.shownSelected) if (!scene.selected.has(id)) changed.add(id);
    const boxes = [...changed].map((id) => scene.boxOf(id));
    if (boxes.length > MOST_PLACES || boxes.includes(null)) {
      this.paintPlace(scene, scene.cells(), this.area);
      return;
    }
    const cells = boxes.length ? scene.cells() : [];
    for (const box of boxes) {
      const [left, top, right, bottom] = box.map((edge) => edge * this.area.zoom);
      this.paintPlace(scene, cells, { left: left - REACH_PX, top: top - REACH_PX, right: right + REACH_PX, bottom: bottom + REACH_PX });
    }
  }

  paintPlace(scene, cells, place) {
    const { context, area } = this;
    const [left, top] = [Math.floor(place.left), Math.floor(place.top)];
    const [width, height] = [Math.ceil(place.right) - left, Math.ceil(place.bottom) - top];
    context.setTransform(area.ratio, 0, 0, area.ratio, -area.left * area.ratio, -area.top * area.ratio);
    context.save();
    if (place !== area) {
      context.beginPath();
      context.rect(left, top, width, height);
      context.clip();
    }
    context.clearRect(left, top, width, height);
    const seen = cells.filter(({ state: { box } }) => this.reaches(box, left, top, left + width, top + height));
    for (const cell of seen) this.stampOutline(cell);
    if (scene.letters) for (const cell of seen) this.stampLetters(cell, scene);
    this.frame(seen.filter((cell) => scene.selected.has(cell.id)));
    context.restore();
  }

  reaches([x1, y1, x2, y2], left, top, right, bottom) {
    const { zoom } = this.area;
    return x2 * zoom + REACH_PX >= left && x1 * zoom - REACH_PX <= right && y2 * zoom + REACH_PX >= top && y1 * zoom - REACH_PX <= bottom;
  }

  // Sizes and places are whole screen pixels, so that a stamp is a copy and few sizes are needed.
  stampOutline(cell) {
    const { zoom } = this.area;
    const [x1, y1, x2, y2] = cell.state.box.map((edge) => Math.round(edge * zoom));
    const { image, margin, width, height } = this.sprites.outline(codeOf(cell), isConfirmed(cell), x2 - x1, y2 - y1);
    this.context.drawImage(image, x1 - margin, y1 - margin, width, height);
  }

  stampLetters(cell, { lettersOf, lettersOnAll }) {
    const { zoom } = this.area;
    const { box: [x1, y1, x2, y2], class: cellClass, subtype } = cell.state;
    const side = Math.min(x2 - x1, y2 - y1) * zoom;
    const isPlain = cellClass === "RBC" && (!subtype || subtype === "normal" || UNSURE.has(subtype));
    if ((isPlain && !lettersOnAll) || (side < LETTER_FROM_PX && cellClass !== "PLT")) return;
    const { image, width, height } = this.sprites.letters(lettersOf(cell), Math.round(Math.min(16, Math.max(10, 0.3 * side))));
    const [x, y] = [cellClass === "PLT" ? x2 * zoom + 8 : ((x1 + x2) / 2) * zoom, ((y1 + y2) / 2) * zoom];
    this.context.drawImage(image, Math.round(x - width / 2), Math.round(y - height / 2), width, height);
  }

  frame(cells) {
    const { context, area } = this;
    const grow = 5;
    for (const [colour, lineWidth] of [["#10121a", 6], ["#fff", 3]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth });
      for (const { state: { box } } of cells) {
        const [x1, y1, x2, y2] = box.map((edge) => edge * area.zoom);
        context.strokeRect(x1 - grow, y1 - grow, x2 - x1 + 2 * grow, y2 - y1 + 2 * grow);
      }
    }
  }
}
