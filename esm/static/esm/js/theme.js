/* Light and dark; the cookie lets the server draw the right one at once. */
import { on, remember, root } from "./dom.js";

const system = matchMedia("(prefers-color-scheme: dark)");

export function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
}

function announce() {
  document.dispatchEvent(new CustomEvent("portal:theme"));
}

on("click", "[data-theme-toggle]", (event) => {
  event.preventDefault();
  root.dataset.theme = isDark() ? "light" : "dark";
  remember("theme", root.dataset.theme);
  announce();
});
system.addEventListener("change", announce);
