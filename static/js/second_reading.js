// A second reading: a key names the cell in focus and goes on to the next, and names are saved as they are given.

const form = document.querySelector("[data-second-reading]");

if (form) {
  const selects = [...form.querySelectorAll("select")];
  const state = form.querySelector("[data-reading-state]");
  let saving = Promise.resolve();

  const save = () => {
    const body = new FormData(form);
    body.set("act", "quiet");
    saving = saving
      .then(() => fetch(form.action, { method: "POST", body, redirect: "manual" }))
      .then((answer) => {
        state.textContent = answer.status === 204 ? "All names saved." : "Not saved: press Save to see why.";
      })
      .catch(() => {
        state.textContent = "Not saved: the server does not answer. Press Save when it is back.";
      });
  };

  for (const [index, select] of selects.entries()) {
    select.addEventListener("change", save);
    select.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const option = [...select.options].find((one) => one.dataset.hotkey === event.key);
      if (!option) return;
      event.preventDefault();
      select.value = option.value;
      save();
      (selects[index + 1] ?? form.querySelector("button[value=finish], button[value=next]"))?.focus();
    });
  }
}
