/* Dialogs, menus and toasts. Triggers are links or forms that work without script. */
import { all, on, one, say } from "./dom.js";

const TOAST_MS = 8000;

on("click", "[data-open]", (event, trigger) => {
  const dialog = document.getElementById(trigger.dataset.open);
  if (!dialog?.showModal) return;
  event.preventDefault();
  dialog.showModal();
});
on("click", "dialog [data-close]", (event, button) => button.closest("dialog").close());

/* A menu closes when something else is pressed, and gives the focus back on Escape. */
document.addEventListener("click", (event) => {
  for (const menu of all("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of all("details[data-menu][open]")) {
    menu.open = false;
    if (menu.contains(document.activeElement)) one("summary", menu).focus();
  }
  all(".tip :focus").forEach((inside) => inside.blur());
});

function expire(item) {
  let timer;
  const start = () => { timer = setTimeout(() => item.remove(), TOAST_MS); };
  const stop = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) item.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) item.addEventListener(name, start);
  start();
}

export function toast(text) {
  const template = one("#toast-template");
  const place = one("#toasts");
  if (!template || !place) return;
  const item = template.content.firstElementChild.cloneNode(true);
  one("[data-toast-text]", item).textContent = text;
  place.append(item);
}

on("click", "[data-toast-close]", (event, button) => button.closest("[data-toast-item]").remove());

/* The server may also send a toast in HX-Trigger: {"toast": {"text": "…"}}. */
document.addEventListener("toast", (event) => toast(event.detail?.text ?? String(event.detail?.value ?? "")));

const place = one("#toasts");
if (place) {
  all("[data-toast-item]", place).forEach(expire);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const item of change.addedNodes) {
        if (item instanceof Element && item.matches("[data-toast-item]")) expire(item);
      }
    }
  }).observe(place, { childList: true });
}

export function words(name) {
  return one("#words")?.dataset[name] ?? "";
}

export function alarm(text) {
  say(text, true);
  toast(text);
}
