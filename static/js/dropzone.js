// Dropping files anywhere on the page adds them; without this a near miss would leave the page for the picture.

function holdsFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}

// Takes the files out of the input, so that the same file can be chosen again after it was removed.
export function chosenFiles(input) {
  const files = [...input.files];
  input.value = "";
  return files;
}

export function watchDrops(zone, onFiles, onProblem) {
  zone.querySelector("[data-drop-words]").hidden = false;
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    zone.dataset.over = "";
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) delete zone.dataset.over;
  });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    delete zone.dataset.over;
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
    const files = [...event.dataTransfer.files].filter((_, index) => !entries[index]?.isDirectory);
    if (files.length) onFiles(files);
    if (entries.some((entry) => entry?.isDirectory)) onProblem("A folder cannot be dropped here. Open it, select its images and drop those.");
  });
}
