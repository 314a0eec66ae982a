/* Drawn charts. The table twin is the only source of the figures. */
import { all } from "./dom.js";
import { debt } from "./charts-debt.js";
import { run } from "./charts-run.js";
import { sankey } from "./charts-sankey.js";

const KINDS = { debt, run, sankey };
const PHONE_PX = 480;
const drawn = new Map();

const probe = document.createElement("i");
probe.hidden = true;
document.body.append(probe);

/* A token as a colour that the canvas understands. */
function colour(token) {
  probe.style.color = `var(--${token})`;
  return getComputedStyle(probe).color;
}

function cells(table) {
  return all("tbody tr", table).map((row) => [...row.children]);
}

function base() {
  return {
    animation: false,
    textStyle: { fontFamily: '"Inter Variable", sans-serif', color: colour("ink-2") },
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: colour("raised"),
      borderColor: colour("line-2"),
      textStyle: { color: colour("ink"), fontSize: 13 },
    },
  };
}

function draw(place) {
  const table = document.getElementById(place.dataset.source);
  const kind = KINDS[place.dataset.chart];
  if (!window.echarts || !table || !kind) return;
  let chart = drawn.get(place);
  if (!chart) {
    chart = window.echarts.init(place, null, { renderer: "canvas" });
    drawn.set(place, chart);
    chart.on("click", (event) => { if (event.data?.url) location.assign(event.data.url); });
  }
  const view = { phone: place.clientWidth < PHONE_PX, data: place.dataset, colour };
  chart.setOption({ ...base(), ...kind(cells(table), view, base()) }, true);
}

function drawAll() {
  for (const [place, chart] of drawn) {
    if (!place.isConnected) { chart.dispose(); drawn.delete(place); }
  }
  all("[data-chart]").forEach(draw);
}

let timer;
window.addEventListener("resize", () => {
  clearTimeout(timer);
  timer = setTimeout(() => { drawn.forEach((chart) => chart.resize()); drawAll(); }, 120);
});
document.addEventListener("portal:theme", drawAll);
document.addEventListener("htmx:afterSettle", drawAll);
document.fonts.ready.then(drawAll);
