/* Copies what a control names; shown only where a script runs. */
import { all, on } from "./dom.js";
import { alarm, toast, words } from "./overlays.js";

function show() {
  all("[data-copy][hidden]").forEach((button) => { button.hidden = false; });
}

on("click", "[data-copy]", async (event, button) => {
  const text = button.dataset.copy.replace("{origin}", location.origin);
  try {
    await navigator.clipboard.writeText(text);
    toast(button.dataset.copied);
  } catch {
    alarm(words("failed"));
  }
});
document.addEventListener("htmx:afterSettle", show);
show();
