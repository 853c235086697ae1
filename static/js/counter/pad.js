// Shows a count on the pad.
export function showCount(form, count) {
  const { total, stop } = count;
  form.querySelector("[data-total]").textContent = total;
  form.querySelector("[data-stop-shown]").textContent = stop;
  form.querySelector("[data-stop-at]").value = stop;
  const progress = form.querySelector("[data-progress]");
  progress.max = stop;
  progress.value = total;
  for (const button of form.querySelectorAll("[data-cell-type]")) {
    const type = button.dataset.cellType;
    const percent = count.percent(type);
    button.querySelector("[data-n]").textContent = count.of(type);
    button.querySelector("[data-percent]").textContent = percent === null ? "" : `${percent.toFixed(0)} %`;
  }
  const reached = form.querySelector("[data-reached]");
  reached.hidden = !count.isFull;
  if (count.isFull) reached.querySelector("[data-reached-words]").textContent = `${total} cells are counted. Save them, or count on.`;
  for (const button of form.querySelectorAll("[data-stop]")) button.setAttribute("aria-pressed", String(Number(button.dataset.stop) === stop));
  form.querySelector("[data-act=undo]").disabled = !count.presses.length && !count.cleared;
  form.querySelector("[data-act=clear]").disabled = !count.presses.length;
}
