/* Fragments that are drawn anew while somebody types: what was typed meanwhile stays, and where. */

const CONTROLS = "input, select, textarea";
let kept = null;
let place = "";

function key(control) {
  return control.type === "radio" || control.type === "checkbox"
    ? `${control.name}=${control.value}`
    : control.name;
}

function remember(area) {
  const values = new Map();
  for (const control of area.querySelectorAll(CONTROLS)) {
    if (!control.name || control.type === "hidden") continue;
    if (control.type === "file") values.set(key(control), control.files);
    else if (control.type === "radio" || control.type === "checkbox") values.set(key(control), control.checked);
    else values.set(key(control), control.value);
  }
  return values;
}

function restore(area, values) {
  for (const control of area.querySelectorAll(CONTROLS)) {
    if (!values.has(key(control))) continue;
    const value = values.get(key(control));
    if (control.type === "file") {
      if (value.length) control.files = value;
    } else if (control.type === "radio" || control.type === "checkbox") control.checked = value;
    else control.value = value;
  }
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const area = event.detail.target;
  kept = area.matches("[data-keep-typed]") ? remember(area) : null;
  const focused = document.activeElement;
  place = kept && area.contains(focused) && focused.name ? key(focused) : "";
});

document.addEventListener("htmx:afterSwap", (event) => {
  const area = event.detail.target;
  if (kept && area.matches("[data-keep-typed]")) restore(area, kept);
  // Options of a group have no id by which they would be found again.
  if (kept && place && !area.contains(document.activeElement)) {
    [...area.querySelectorAll(CONTROLS)].find((control) => key(control) === place)?.focus({ preventScroll: true });
  }
  kept = null;
});
