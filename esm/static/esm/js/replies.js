/* Saved replies: typing :: and a word offers them below the field; arrows, Enter or a click insert. */
import { all, one, say } from "./dom.js";

const MARK = /(^|\s)::([^\n:]{0,40})$/;
let box = null;
let field = null;
let timer = 0;
let asked = 0;

function close() {
  if (box) box.remove();
  if (field) field.removeAttribute("aria-activedescendant");
  box = field = null;
}

function typed(area) {
  return MARK.exec(area.value.slice(0, area.selectionStart));
}

function insert(text) {
  const found = field && typed(field);
  if (!found) return close();
  const area = field;
  const end = area.selectionStart;
  const begin = end - found[2].length - 2;
  area.setRangeText(text, begin, end, "end");
  close();
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function choose(step) {
  const rows = all("[role=option]", box);
  const now = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = rows[(now + step + rows.length) % rows.length];
  rows.forEach((row) => row.setAttribute("aria-selected", String(row === next)));
  field.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

function show(area, items) {
  close();
  if (!items.length) return;
  field = area;
  box = document.createElement("ul");
  box.className = "reply-box";
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", area.dataset.repliesLabel || "");
  items.forEach((item, n) => {
    const row = document.createElement("li");
    row.id = `reply-${n}`;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(n === 0));
    const name = document.createElement("b");
    name.textContent = one("b", item).textContent;
    const text = document.createElement("span");
    text.textContent = item.dataset.text;
    row.append(name, text);
    row.addEventListener("mousedown", (event) => { event.preventDefault(); insert(item.dataset.text); });
    row.insert = () => insert(item.dataset.text);
    box.append(row);
  });
  area.after(box);
  area.setAttribute("aria-activedescendant", "reply-0");
  say(items.map((item) => one("b", item).textContent).join(", "));
}

async function offer(area, word) {
  const turn = (asked += 1);
  const address = `${area.dataset.replies}?q=${encodeURIComponent(word.trim())}`;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || turn !== asked || !typed(area)) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  show(area, all("[data-reply-list] > li", page));
}

document.addEventListener("input", (event) => {
  const area = event.target;
  if (!(area instanceof HTMLTextAreaElement) || !area.dataset.replies) return;
  const found = typed(area);
  clearTimeout(timer);
  if (!found) return close();
  timer = setTimeout(() => offer(area, found[2]), 150);
});

document.addEventListener("keydown", (event) => {
  if (!box || event.target !== field) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === "Enter" || event.key === "Tab") one("[aria-selected=true]", box).insert();
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("focusout", (event) => { if (event.target === field) setTimeout(close, 120); });
