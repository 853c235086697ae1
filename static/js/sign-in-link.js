// Leads to the sign-in in a tab of its own: the page that holds what is not sent yet stays open.
export function signInLink(className = "") {
  const link = document.createElement("a");
  link.className = className;
  link.href = "/login";
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = "Sign in in a new tab";
  return link;
}
