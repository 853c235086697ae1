// A second reading: a key names the cell in focus and goes on to the next, and names are saved as they are given.

const form = document.querySelector("[data-second-reading]");

if (form) {
  const selects = [...form.querySelectorAll("select")];
  const state = form.querySelector("[data-reading-state]");
  let given = 0; // names so far, and how many of them the server has
  let isSaving = false;

  // The whole page each time, one after the other: what is given meanwhile goes with the next.
  const save = async () => {
    given += 1;
    state.textContent = "Saving …";
    if (isSaving) return;
    isSaving = true;
    let words = "";
    for (let sent = 0; sent < given && !words; ) {
      sent = given;
      const body = new FormData(form);
      body.set("act", "quiet");
      try {
        // Kept alive: a page that is left at once has its last names on their way all the same.
        const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true });
        if (answer.status !== 204) words = "Not saved: press Save to see why.";
      } catch {
        words = "Not saved: the server does not answer. Press Save when it is back.";
      }
    }
    isSaving = false;
    state.textContent = words || "All names saved.";
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
