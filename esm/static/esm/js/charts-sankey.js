/* Flow between groups. Rows: giver and receiver (data-k, data-slot, text), number, returned in %. */
import { all } from "./dom.js";
import { isDark } from "./theme.js";

const HOT_PERCENT = 20;
const number = (cell) => Number((cell?.dataset.v ?? cell?.textContent ?? "0").replace(/[^\d.-]/g, ""));

function named(cell) {
  const parts = all(".dept > *", cell).map((part) => part.textContent.trim());
  const code = cell.dataset.k || parts[0] || cell.textContent.trim();
  return { key: code, code: parts[0] || code, name: parts[1] || parts[0] || cell.textContent.trim(), slot: cell.dataset.slot || "n" };
}

function fill(slot, colour) {
  return slot === "n" ? colour("ink-3") : colour(`d${slot}`);
}

export function sankey(rows, view, base) {
  const dark = isDark();
  const groups = new Map();
  const links = rows.map(([from, to, count, returned]) => {
    const [a, b] = [named(from), named(to)];
    groups.set(a.key, a);
    groups.set(b.key, b);
    return { source: `g-${a.key}`, target: `r-${b.key}`, value: number(count), returned: number(returned), url: from.parentElement.dataset.url, slot: a.slot };
  });
  const weight = new Map();
  for (const link of links) {
    for (const key of [link.source.slice(2), link.target.slice(2)]) weight.set(key, (weight.get(key) ?? 0) + link.value);
  }
  const order = view.data.order ? view.data.order.split(",") : [...groups.keys()].sort((a, b) => weight.get(b) - weight.get(a));
  const place = (key) => { const at = order.indexOf(key); return at < 0 ? order.length : at; };
  const used = new Set(links.flatMap((link) => [link.source, link.target]));
  const nodes = [...used]
    .map((id) => ({ name: id, group: groups.get(id.slice(2)) }))
    .sort((x, y) => place(x.group.key) - place(y.group.key))
    .map(({ name, group }) => ({ name, itemStyle: { color: fill(group.slot, view.colour) }, label: { position: name.startsWith("g-") ? "left" : "right" } }));
  for (const link of links) {
    const hot = link.returned >= HOT_PERCENT;
    link.lineStyle = { color: hot ? view.colour("w-handoff") : fill(link.slot, view.colour), opacity: hot ? 0.8 : dark ? 0.26 : 0.2 };
  }
  const label = (id) => { const group = groups.get(id.slice(2)); return view.phone ? group.code : group.name; };
  const widest = Math.max(...[...groups.values()].map((group) => (view.phone ? group.code : group.name).length));
  const side = Math.min(24 + widest * (view.phone ? 8.6 : 7.2), view.phone ? 84 : 190);
  return {
    tooltip: {
      ...base.tooltip,
      formatter: (point) => point.dataType === "edge"
        ? `${groups.get(point.data.source.slice(2)).name} → ${groups.get(point.data.target.slice(2)).name}\n${point.data.value.toLocaleString("en")} · ${point.data.returned} % ↩`
        : groups.get(point.name.slice(2)).name,
    },
    series: [{
      type: "sankey", left: side, right: side, top: 8, bottom: 8, nodeWidth: 10, nodeGap: 9,
      draggable: false, layoutIterations: 0, nodeAlign: "justify", emphasis: { focus: "adjacency" },
      data: nodes, links,
      label: { color: view.colour("ink"), fontSize: 12.5, fontWeight: 500, overflow: "truncate", width: side - 10, formatter: (point) => label(point.name) },
    }],
  };
}
