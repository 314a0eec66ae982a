/* Keys: never in a field, only where the page shows the control they press. */
import { all, on, one, visible } from "./dom.js";
import { alarm, words } from "./overlays.js";

const WAIT_MS = 1200;
let pending = "";
let timer;

export function off() {
  return document.body.hasAttribute("data-keys-off");
}

function typing(target) {
  return target instanceof Element && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

function rows() {
  return all("tbody tr[tabindex], [data-list] > a").filter(visible);
}

function move(step) {
  const list = rows();
  if (!list.length) return false;
  const here = document.activeElement?.closest("tbody tr[tabindex], [data-list] > a");
  const start = here ? list.indexOf(here) : list.findIndex((row) => row.matches(".is-open, [aria-current]"));
  const next = here || start >= 0 ? start + step : 0;
  const row = list[Math.min(Math.max(next, 0), list.length - 1)];
  for (const other of list) if (other.matches("tr")) other.tabIndex = other === row ? 0 : -1;
  row.focus();
  return true;
}

function open() {
  const row = document.activeElement;
  if (!row?.matches("tbody tr[tabindex]")) return false;
  const link = one("a[href]", row);
  link?.click();
  return Boolean(link);
}

function press(key) {
  const meant = all(`[data-key="${CSS.escape(key)}"]`);
  /* What stands in a closed menu has its key too. */
  const control = meant.find(visible) ?? meant.find((one) => !one.hidden && one.closest("details[data-menu]"));
  if (!control) return false;
  if (control.dataset.keyMode === "focus") control.focus();
  else control.click();
  /* A menu opened by its key begins with its first entry. */
  if (control.matches("summary")) setTimeout(() => all(".menu a, .menu button", control.parentElement).find(visible)?.focus());
  return true;
}

function sequence(keys) {
  const target = all("[data-keys]").find((link) => link.dataset.keys === keys);
  if (target) location.assign(target.href);
  return Boolean(target);
}

function search() {
  const field = one(".top input[type=search]") ?? one("input[type=search]");
  if (!field || !visible(field)) return false;
  field.focus();
  field.select();
  return true;
}

function back() {
  const link = one("[data-back]");
  if (one("dialog[open], :popover-open, details[data-menu][open]") || !link) return false;
  location.assign(link.href);
  return true;
}

const fixed = {
  "/": search,
  "?": () => { one("#keys-sheet")?.togglePopover(); return true; },
  "[": () => { const button = one("[data-rail-toggle]"); button?.click(); return Boolean(button); },
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: () => document.activeElement?.matches("tbody tr[tabindex], [data-list] > a") && move(1),
  ArrowUp: () => document.activeElement?.matches("tbody tr[tabindex], [data-list] > a") && move(-1),
  Enter: open,
  Escape: back,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (typing(event.target) || one("dialog[open]")) return;
  if (off() && event.key !== "?") return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  clearTimeout(timer);
  const chain = pending ? `${pending} ${key}` : "";
  pending = "";
  if (chain && sequence(chain)) { event.preventDefault(); return; }
  if (all("[data-keys]").some((link) => link.dataset.keys.startsWith(`${key} `))) {
    pending = key;
    timer = setTimeout(() => { pending = ""; }, WAIT_MS);
    return;
  }
  if (fixed[key]?.() || sequence(key) || press(key)) event.preventDefault();
});

/* One tab stop for a list: the open row, or the first. */
function settle() {
  for (const body of all("tbody")) {
    const list = all("tr[tabindex]", body);
    if (!list.length || list.some((row) => row === document.activeElement)) continue;
    const stop = list.find((row) => row.matches(".is-open")) ?? list[0];
    for (const row of list) row.tabIndex = row === stop ? 0 : -1;
  }
}
settle();
document.addEventListener("htmx:afterSettle", settle);
document.addEventListener("focusin", (event) => {
  const row = event.target instanceof Element && event.target.closest("tbody tr[tabindex]");
  if (row && event.target === row) all("tr[tabindex]", row.parentElement).forEach((other) => { other.tabIndex = other === row ? 0 : -1; });
});

/* An open menu is walked through with the arrows. */
on("keydown", "details[data-menu][open] .menu", (event, menu) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const items = all("a, button", menu).filter(visible);
  const at = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  items[(at + items.length) % items.length]?.focus();
  event.preventDefault();
  event.stopPropagation();
});

/* The switch is kept with the account; without a script its form has a button. */
all("[data-keys-save]").forEach((button) => { button.hidden = true; });
on("change", "[data-keys-switch]", async (event, input) => {
  document.body.toggleAttribute("data-keys-off", !input.checked);
  const form = input.closest("form");
  const answer = await fetch(form.action, {
    method: "POST", body: new FormData(form), headers: { "HX-Request": "true" }, redirect: "manual",
  }).catch(() => null);
  if (answer?.status === 204) return;
  input.checked = !input.checked;
  document.body.toggleAttribute("data-keys-off", !input.checked);
  alarm(words("failed"));
});
