/* What changes while a page is open. Lists get a bar and never move under the pointer; parts of a
   page that hold nothing typed are drawn anew; counts follow. Hidden and offline pages ask nothing. */
import { all, on, one } from "./dom.js";

const EVERY_MS = 12000;
const LONGEST_MS = 120000;
const TICK_MS = 60000;

const page = one("[data-live-page]");
const state = { etag: "", seen: page?.dataset.liveSeen ?? "", wait: EVERY_MS, timer: 0, drawn: Date.now(), over: !page };

function plan(ms) {
  clearTimeout(state.timer);
  if (!state.over && !document.hidden) state.timer = setTimeout(ask, ms * (0.85 + Math.random() * 0.3));
}

async function ask() {
  const query = new URLSearchParams({ page: page.dataset.livePage, seen: state.seen });
  const headers = state.etag ? { "If-None-Match": state.etag } : {};
  try {
    const answer = await fetch(`/live/?${query}`, { headers, cache: "no-store", redirect: "manual" });
    state.wait = EVERY_MS;
    if (answer.status === 200) {
      state.etag = answer.headers.get("ETag") ?? "";
      await take(await answer.json());
    } else if (answer.status !== 304) {
      /* Signed out, or no longer to be seen: asking again tells nothing new. */
      state.over = answer.status < 500;
      state.wait = LONGEST_MS;
    }
    if (!state.over && one("[data-live-tick]") && Date.now() - state.drawn > TICK_MS) await redraw();
  } catch {
    state.wait = Math.min(state.wait * 2, LONGEST_MS);
  }
  plan(state.wait);
}

async function take(told) {
  for (const [key, count] of Object.entries(told.counts)) {
    all(`[data-nav="${CSS.escape(key)}"]`).forEach((link) => draw(link, count));
  }
  if (!state.seen) state.seen = told.mark;
  if (!told.changed) return;
  if (one("[data-live]") && await redraw()) state.seen = told.mark;
  else bar(told);
}

/* The number in a pill, as the server draws it. */
function draw(link, { n, label, urgent }) {
  let pill = one(".count", link);
  if (!n) { pill?.remove(); return; }
  if (!pill) {
    pill = document.createElement("span");
    const spoken = document.createElement("span");
    spoken.className = "sr";
    spoken.textContent = ` ${label}`;
    pill.className = urgent ? "count count-now" : "count";
    pill.append("", spoken);
    link.append(pill);
  }
  const text = n.toLocaleString("en");
  if (pill.firstChild.nodeValue !== text) pill.firstChild.replaceWith(text);
}

function bar(told) {
  const place = one("#live-bar");
  if (!place) return;
  const link = document.createElement("a");
  link.href = location.href;
  link.className = "btn btn-sm";
  link.textContent = told.show;
  const text = document.createElement("span");
  text.textContent = told.say;
  place.replaceChildren(text, link);
}

const plain = (element) => element.textContent.replace(/\s+/g, " ").trim();

/* Draw the marked parts anew; false when something else on the page has moved too. */
async function redraw() {
  const answer = await fetch(location.href, { cache: "no-store", redirect: "manual" });
  if (!answer.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  state.drawn = Date.now();
  for (const part of all("[data-live]")) {
    const next = one(`[data-live="${CSS.escape(part.dataset.live)}"]`, fresh);
    const busy = part.contains(document.activeElement) || one("details[open]", part);
    if (next && !busy && plain(next) !== plain(part)) part.replaceWith(document.adoptNode(next));
  }
  const acts = (from) => all("[data-live-watch]", from).map(plain).join("|");
  return acts(document) === acts(fresh);
}

document.addEventListener("visibilitychange", () => plan(document.hidden ? LONGEST_MS : 300));
window.addEventListener("online", () => plan(300));
window.addEventListener("pagehide", () => clearTimeout(state.timer));
/* A list that did not say how far it had come asks at once; for counts alone there is time. */
plan(page?.dataset.livePage && !state.seen ? 1500 : EVERY_MS);

/* Opening what a notice is about reads it. */
on("click", "a[data-read]", (event, link) => {
  const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"];
  const body = new URLSearchParams({ notice: link.dataset.read });
  fetch("/inbox/read/", { method: "POST", body, keepalive: true, headers: { "X-CSRFToken": token }, redirect: "manual" });
});
