// The form of one's own keys: a layout fills in all of them, and a key pressed in a field takes its place.
export function listenToKeySettings(form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-preset]");
    if (!button) return;
    const keys = JSON.parse(button.dataset.preset);
    for (const field of form.querySelectorAll(".key-field")) field.value = keys[field.name.slice("key_".length)] ?? "";
  });
  form.addEventListener("focusin", (event) => {
    if (event.target.matches(".key-field")) event.target.select();
  });
}
