// Outlines and letters painted once for each kind and size and then stamped: a thousand stamps cost a fifth of a
// thousand strokes (docs/adr/0071).
const CASING = "#10121a";
const LINES = { RBC: "#fafe01", WBC: "#7e95d5", PLT: "#7bfea0", NRBC: "#d68018" };
const MARGIN_PX = 10; // around the box, for the line and the tick
const TICK_PX = 7;
const MOST_KEPT = 1500;

export class Sprites {
  constructor() {
    this.kept = new Map();
    this.ratio = 1;
  }

  useRatio(ratio) {
    if (ratio !== this.ratio) this.kept.clear();
    this.ratio = ratio;
  }

  // An outline of a class about a box of so many screen pixels; {image, margin} to stamp at the box's corner.
  outline(code, isConfirmed, width, height) {
    return this.remember(`${code}${isConfirmed}${width}x${height}`, () =>
      this.paint(width + 2 * MARGIN_PX, height + 2 * MARGIN_PX, (context) => {
        context.translate(MARGIN_PX, MARGIN_PX);
        context.lineJoin = "round";
        strokeTwice(context, outline(code, width, height), LINES[code], isConfirmed);
        if (isConfirmed) tick(context, width, 0);
      }, MARGIN_PX));
  }

  letters(text, sizePx) {
    return this.remember(`"${text}"${sizePx}`, () => {
      const [width, height] = [Math.ceil(text.length * sizePx * 0.9) + 8, sizePx + 8];
      return this.paint(width, height, (context) => {
        Object.assign(context, { font: `700 ${sizePx}px system-ui, sans-serif`, textAlign: "center", textBaseline: "middle", lineWidth: 3, lineJoin: "round", strokeStyle: CASING, fillStyle: "#fff" });
        context.strokeText(text, width / 2, height / 2);
        context.fillText(text, width / 2, height / 2);
      }, 0);
    });
  }

  remember(key, make) {
    const found = this.kept.get(key);
    if (found) return found;
    if (this.kept.size >= MOST_KEPT) this.kept.clear();
    const made = make();
    this.kept.set(key, made);
    return made;
  }

  paint(width, height, draw, margin) {
    const image = document.createElement("canvas");
    image.width = Math.ceil(width * this.ratio);
    image.height = Math.ceil(height * this.ratio);
    const context = image.getContext("2d");
    context.scale(this.ratio, this.ratio);
    draw(context);
    return { image, margin, width: image.width / this.ratio, height: image.height / this.ratio };
  }
}

function outline(code, width, height) {
  const path = new Path2D();
  if (code === "RBC") path.ellipse(width / 2, height / 2, width / 2, height / 2, 0, 0, 2 * Math.PI);
  else if (code === "PLT") {
    path.moveTo(width / 2, 0);
    path.lineTo(width, height / 2);
    path.lineTo(width / 2, height);
    path.lineTo(0, height / 2);
    path.closePath();
  } else {
    path.rect(0, 0, width, height);
    const inset = Math.max(4, 0.06 * Math.min(width, height));
    if (code === "WBC" && Math.min(width, height) > 4 * inset) path.rect(inset, inset, width - 2 * inset, height - 2 * inset);
  }
  return path;
}

// A dark casing under a light line: two tones, whatever lies under them. Dotted is the network's, full a person's.
function strokeTwice(context, path, colour, isConfirmed) {
  context.strokeStyle = CASING;
  context.lineWidth = isConfirmed ? 4.4 : 3.6;
  context.stroke(path);
  context.strokeStyle = colour;
  context.lineWidth = isConfirmed ? 2.4 : 1.4;
  context.setLineDash(isConfirmed ? [] : [2, 3]);
  context.stroke(path);
  context.setLineDash([]);
}

// What a person has confirmed carries a tick: not colour or line alone.
function tick(context, x, y) {
  context.fillStyle = CASING;
  context.beginPath();
  context.arc(x, y, TICK_PX, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = "#fff";
  context.lineWidth = 1.8;
  context.beginPath();
  context.moveTo(x - 3.2, y + 0.2);
  context.lineTo(x - 0.8, y + 2.8);
  context.lineTo(x + 3.4, y - 2.8);
  context.stroke();
}
