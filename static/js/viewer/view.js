// Where the field lies on the stage: moved and enlarged by a transform and by sizes, so that panning paints nothing anew.
const SMALLEST_SHARE = 0.5; // of the zoom at which the whole field is seen
const LARGEST_ZOOM = 32;
const PIXELATED_FROM = 2;

export class View extends EventTarget {
  constructor(stage, world, image, size) {
    super();
    Object.assign(this, { stage, world, image, size, zoom: 1, x: 0, y: 0 });
    this.isQueued = false;
    this.shownZoom = 0;
    new ResizeObserver(() => this.resized()).observe(stage);
    this.fit();
  }

  get width() {
    return this.stage.clientWidth;
  }

  get height() {
    return this.stage.clientHeight;
  }

  get fitZoom() {
    return Math.min(this.width / this.size.width, this.height / this.size.height) || 1;
  }

  fit() {
    this.isFit = true;
    this.zoom = this.fitZoom;
    this.x = (this.width - this.size.width * this.zoom) / 2;
    this.y = (this.height - this.size.height * this.zoom) / 2;
    this.changed();
  }

  resized() {
    if (this.isFit) this.fit();
    else this.changed();
  }

  panBy(dx, dy) {
    this.isFit = false;
    this.x += dx;
    this.y += dy;
    this.changed();
  }

  // Enlarge about a point of the stage, the middle unless told.
  zoomBy(factor, at = [this.width / 2, this.height / 2]) {
    this.zoomTo(this.zoom * factor, at);
  }

  zoomTo(zoom, [atX, atY] = [this.width / 2, this.height / 2]) {
    const next = Math.min(LARGEST_ZOOM, Math.max(SMALLEST_SHARE * this.fitZoom, zoom));
    this.isFit = false;
    this.x = atX - ((atX - this.x) * next) / this.zoom;
    this.y = atY - ((atY - this.y) * next) / this.zoom;
    this.zoom = next;
    this.changed();
  }

  centreOn([x, y], zoom = this.zoom) {
    this.isFit = false;
    this.zoom = zoom;
    this.x = this.width / 2 - x * zoom;
    this.y = this.height / 2 - y * zoom;
    this.changed();
  }

  // Bring a box into sight with some room around it.
  reveal([x1, y1, x2, y2]) {
    const room = 24;
    const left = x1 * this.zoom + this.x - room;
    const top = y1 * this.zoom + this.y - room;
    const right = x2 * this.zoom + this.x + room;
    const bottom = y2 * this.zoom + this.y + room;
    const dx = left < 0 ? -left : Math.min(0, this.width - right);
    const dy = top < 0 ? -top : Math.min(0, this.height - bottom);
    if (dx || dy) this.panBy(dx, dy);
  }

  toImage([stageX, stageY]) {
    return [(stageX - this.x) / this.zoom, (stageY - this.y) / this.zoom];
  }

  stagePoint(event) {
    const frame = this.stage.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  changed() {
    // At least a strip of the field stays on the stage, so that nobody loses it.
    const strip = 60;
    this.x = Math.min(this.width - strip, Math.max(strip - this.size.width * this.zoom, this.x));
    this.y = Math.min(this.height - strip, Math.max(strip - this.size.height * this.zoom, this.y));
    if (this.isQueued) return;
    this.isQueued = true;
    requestAnimationFrame(() => this.show());
  }

  show() {
    this.isQueued = false;
    if (this.zoom !== this.shownZoom) {
      this.shownZoom = this.zoom;
      this.image.style.width = `${this.size.width * this.zoom}px`;
      this.image.style.height = `${this.size.height * this.zoom}px`;
      this.image.classList.toggle("is-pixelated", this.zoom >= PIXELATED_FROM);
    }
    this.world.style.transform = `translate3d(${Math.round(this.x)}px, ${Math.round(this.y)}px, 0)`;
    this.dispatchEvent(new Event("view"));
  }
}
