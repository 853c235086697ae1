// Buttons that decide something about an image: sent without leaving the page, once however often they are pressed.
// Without a script the browser sends the same form and comes back to the page.
const problems = document.querySelector("[data-action-error]");
const GONE = "The server did not answer, so nothing may have changed. Check the connection and try again.";

function complain(text) {
  const notice = document.createElement("div");
  notice.className = "notice notice-bad";
  const words = document.createElement("p");
  words.textContent = text;
  notice.append(words);
  problems.replaceChildren(notice);
}

async function send(form) {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
  if (answer.ok) return "";
  const body = await answer.json().catch(() => ({}));
  return body.error?.message ?? GONE;
}

async function onSubmit(event) {
  const form = event.target.closest("form[data-action-form]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const button = form.querySelector("button");
  button.setAttribute("aria-disabled", "true"); // not disabled: that would throw the keyboard's focus away
  problems.replaceChildren();
  const problem = await send(form).catch(() => GONE);
  if (problem) complain(problem);
  button.removeAttribute("aria-disabled");
  delete form.dataset.busy;
  document.dispatchEvent(new CustomEvent("bloodcount:changed"));
}

document.addEventListener("submit", onSubmit);
