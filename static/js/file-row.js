// One chosen image: its thumbnail, name, progress bar and what became of it, in words.
const LARGEST_PREVIEW_BYTES = 30_000_000;

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

export function readableSize(bytes) {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

// An empty box stands where the browser cannot show the file (TIFF) or would need long for it.
function thumbnailOf(file) {
  const box = element("div", "file-thumb");
  if (file.size > LARGEST_PREVIEW_BYTES) return box;
  const picture = element("img", "file-thumb");
  const address = URL.createObjectURL(file);
  picture.alt = "";
  picture.addEventListener("load", () => { URL.revokeObjectURL(address); box.replaceWith(picture); });
  picture.addEventListener("error", () => URL.revokeObjectURL(address));
  picture.src = address;
  return box;
}

export class FileRow {
  constructor(file, { onRemove, onRetry }) {
    this.file = file;
    this.key = null;
    this.element = element("li", "file-row");
    this.progress = element("progress", "file-progress");
    this.progress.max = 1;
    this.progress.hidden = true;
    this.progress.setAttribute("aria-label", `Upload of ${file.name}`);
    this.stateText = element("span", "file-state");
    this.button = element("button", "button button-quiet button-small");
    this.button.type = "button";
    this.button.addEventListener("click", () => {
      if (this.stopWaiting) this.stopWaiting();
      else if (this.canRetry) onRetry(this);
      else onRemove(this);
    });
    const words = element("div", "file-words");
    words.append(element("div", "file-name", file.name), this.progress, this.stateText);
    words.firstChild.title = file.name;
    this.element.append(thumbnailOf(file), words, this.button);
    this.show("chosen", readableSize(file.size));
  }

  show(state, text, { canRetry = false } = {}) {
    this.state = state;
    this.canRetry = canRetry;
    this.element.dataset.state = state;
    this.stateText.textContent = text;
    this.progress.hidden = state !== "sending";
    this.button.hidden = state === "sending" || state === "stored";
    this.button.textContent = canRetry ? "Try again" : "Remove";
    this.button.setAttribute("aria-label", `${this.button.textContent}: ${this.file.name}`);
  }

  // The server has no room now: count down and then go on; false where the person does not want to wait.
  wait(seconds, reason) {
    this.show("waiting", "");
    this.button.textContent = "Stop trying";
    this.button.setAttribute("aria-label", `Stop trying: ${this.file.name}`);
    return new Promise((resolve) => {
      const endsAt = Date.now() + 1000 * seconds;
      const end = (goOn) => {
        clearInterval(timer);
        this.stopWaiting = null;
        resolve(goOn);
      };
      const tick = () => {
        const left = Math.ceil((endsAt - Date.now()) / 1000);
        if (left <= 0) end(true);
        else this.stateText.textContent = `${reason} Tries again by itself in ${left} s.`;
      };
      const timer = setInterval(tick, 500);
      this.stopWaiting = () => end(false);
      tick();
    });
  }

  showProgress(fraction) {
    this.progress.value = fraction;
    this.stateText.textContent = fraction < 1 ? `${Math.floor(fraction * 100)} %` : "Checking the image …";
  }
}
