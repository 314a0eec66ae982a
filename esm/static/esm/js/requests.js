/* What happens around a swap: focus on errors, a clear word when something fails. */
import { all, one } from "./dom.js";
import { alarm, words } from "./overlays.js";

function focusErrors(within = document) {
  const summary = one("[data-focus]", within);
  if (summary) summary.focus();
}
focusErrors();

document.addEventListener("htmx:afterSettle", (event) => focusErrors(event.target));
document.addEventListener("htmx:sendError", () => alarm(words("offline")));
document.addEventListener("htmx:responseError", () => alarm(words("failed")));

/* A form is sent once; what was typed stays if the answer never comes. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 5000);
});
window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

/* A line of the error summary leads into its field, a group of choices to the first one. */
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest(".errors a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView({ block: "center" });
  (field.matches("fieldset") ? one("input", field) ?? field : field).focus();
});
