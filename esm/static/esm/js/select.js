/* Rows with a box: X selects, Shift X selects a range; the bar counts and shows itself. */
import { all, on, one, visible } from "./dom.js";
import { off } from "./keys.js";

const BOX = "tbody input[type=checkbox][data-select]";
let last = null;

function count() {
  for (const bar of all("[data-bulk]")) {
    const boxes = all(BOX, bar.closest("form") ?? document);
    const chosen = boxes.filter((box) => box.checked).length;
    bar.hidden = chosen === 0;
    offer(bar, boxes.filter((box) => box.checked));
    const number = one("[data-bulk-n]", bar);
    if (number) number.textContent = String(chosen);
    for (const box of boxes) box.closest("tr")?.toggleAttribute("data-chosen", box.checked);
  }
}

/* Only what all chosen rows allow. */
function offer(bar, chosen) {
  const buttons = all("[data-bulk-do]", bar);
  const fits = (box, action) => (box.dataset.may ?? "").split(" ").includes(action);
  for (const button of buttons) button.hidden = !chosen.every((box) => fits(box, button.dataset.bulkDo));
  const none = one("[data-bulk-none]", bar);
  if (none) none.hidden = buttons.some((button) => !button.hidden);
  all("[data-bulk-clear]", bar).forEach((button) => { button.hidden = false; });
}

function range(from, to, checked) {
  const boxes = all(BOX).filter(visible);
  const [a, b] = [boxes.indexOf(from), boxes.indexOf(to)].sort((x, y) => x - y);
  if (a < 0) return;
  for (const box of boxes.slice(a, b + 1)) box.checked = checked;
}

on("click", BOX, (event, box) => {
  if (event.shiftKey && last && last !== box) range(last, box, box.checked);
  last = box;
  count();
});

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey || off()) return;
  const row = document.activeElement?.closest("tbody tr[tabindex]");
  const box = row && document.activeElement === row && one("input[data-select]", row);
  if (!box) return;
  event.preventDefault();
  box.checked = !box.checked;
  if (event.shiftKey && last) range(last, box, box.checked);
  last = box;
  count();
});

on("click", "[data-bulk-clear]", () => { all(BOX).forEach((box) => { box.checked = false; }); count(); });
document.addEventListener("htmx:afterSettle", count);
count();
