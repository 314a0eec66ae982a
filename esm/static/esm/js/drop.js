/* Files dropped anywhere on a form's zone land in its file field; the button still sends them. */
import { on, one } from "./dom.js";

for (const type of ["dragenter", "dragover"]) {
  on(type, "[data-drop]", (event, zone) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    zone.dataset.over = "";
  });
}
on("dragleave", "[data-drop]", (event, zone) => {
  if (!zone.contains(event.relatedTarget)) delete zone.dataset.over;
});
on("drop", "[data-drop]", (event, zone) => {
  delete zone.dataset.over;
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  const field = one("input[type=file]", zone);
  field.files = event.dataTransfer.files;
  one("button", zone)?.focus();
});
