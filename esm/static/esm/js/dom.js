/* Small helpers shared by the modules. */
export const root = document.documentElement;
export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/* One listener for the whole page, so that swapped fragments need no wiring. */
export function on(type, selector, handle) {
  document.addEventListener(type, (event) => {
    const hit = event.target instanceof Element && event.target.closest(selector);
    if (hit) handle(event, hit);
  });
}

export function remember(name, value) {
  const age = value ? 31536000 : 0;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${age}; samesite=lax${secure}`;
}

export function visible(element) {
  return element.getClientRects().length > 0;
}

export function say(text, urgent = false) {
  const place = one(urgent ? "#alert" : "#live");
  if (place) place.textContent = text;
}
