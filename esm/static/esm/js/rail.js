/* The rail folds to icons; the choice is kept on the device. */
import { on, one, remember } from "./dom.js";

on("click", "[data-rail-toggle]", (event, button) => {
  const narrow = one(".shell").classList.toggle("is-narrow");
  button.setAttribute("aria-pressed", String(narrow));
  remember("rail", narrow ? "narrow" : "");
});
