/* Writing «@» and a name: people who may read the message are offered. Works by typing alone, too. */

const TYPED = /(^|\s)@([\p{L}\p{N}][\p{L}\p{N} .'’-]{0,39})$/u;
let box = null;
let asked = 0;

function close() {
  box?.list.remove();
  if (box) {
    box.field.removeAttribute("aria-controls");
    box.field.removeAttribute("aria-activedescendant");
  }
  box = null;
}

function typed(field) {
  const before = field.value.slice(0, field.selectionStart);
  const found = TYPED.exec(before);
  return found ? { text: found[2], start: before.length - found[2].length } : null;
}

function mark(index) {
  box.at = (index + box.options.length) % box.options.length;
  box.options.forEach((option, n) => option.setAttribute("aria-selected", String(n === box.at)));
  box.field.setAttribute("aria-activedescendant", box.options[box.at].id);
}

function choose(name) {
  const { field, start } = box;
  const after = field.value.slice(field.selectionStart);
  field.value = `${field.value.slice(0, start)}${name} ${after.replace(/^ /, "")}`;
  const caret = start + name.length + 1;
  close();
  field.focus();
  field.setSelectionRange(caret, caret);
}

function open(field, start, html) {
  close();
  const list = document.createElement("ul");
  list.className = "named-list";
  list.id = "named-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels?.[0]?.textContent ?? "");
  const found = new DOMParser().parseFromString(html, "text/html");
  const options = [...found.querySelectorAll("[role=option]")];
  if (!options.length) return;
  options.forEach((option, n) => { option.id = `named-${n}`; list.append(option); });
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  box = { field, list, options, start, at: 0 };
  mark(0);
}

async function suggest(field) {
  const word = typed(field);
  const turn = ++asked;
  if (!word) { close(); return; }
  const note = field.form?.querySelector("[name=internal]:checked")?.value === "1";
  const address = new URL(field.dataset.mentions, location.href);
  address.searchParams.set("q", word.text);
  if (note) address.searchParams.set("internal", "1");
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (turn !== asked || !answer?.ok) return;
  open(field, word.start, await answer.text());
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-mentions]")) suggest(event.target);
});

document.addEventListener("keydown", (event) => {
  if (!box || event.target !== box.field) return;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) mark(box.at + steps[event.key]);
  else if (event.key === "Enter" || event.key === "Tab") choose(box.options[box.at].dataset.name);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.(".named-list [role=option]");
  if (option && box) {
    event.preventDefault();
    choose(option.dataset.name);
  } else close();
});
