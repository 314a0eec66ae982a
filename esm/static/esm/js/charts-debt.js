/* Stacked areas. Rows: day, one figure for each column, the whole with a link to its list. */
const PAINT = ["late", "risk", "accent", "ink-3"];

function marks(view) {
  return JSON.parse(view.data.marks || "[]").map((mark) => ({
    xAxis: mark.at,
    lineStyle: { color: view.colour("accent"), type: "solid", width: 1.5 },
    label: { formatter: view.phone ? mark.short || mark.text : mark.text, color: view.colour("accent-ink"), fontSize: 12, fontWeight: 600, position: "end" },
  }));
}

export function debt(rows, view, base) {
  const table = rows[0]?.[0]?.closest("table");
  const names = [...(table?.querySelectorAll("thead th") ?? [])].map((head) => head.textContent.trim());
  const days = rows.map((row) => row[0].textContent.trim());
  const url = (row) => row.at(-1).querySelector("a")?.href;
  return {
    tooltip: { ...base.tooltip, trigger: "axis" },
    legend: { bottom: 0, icon: "rect", itemWidth: 12, itemHeight: 8, textStyle: { color: view.colour("ink-2") } },
    grid: { left: 34, right: view.phone ? 14 : 24, top: 30, bottom: 54 },
    xAxis: {
      type: "category", data: days, boundaryGap: false, axisTick: { show: false },
      axisLine: { lineStyle: { color: view.colour("line-2") } },
      axisLabel: { color: view.colour("ink-3"), interval: Math.max(Math.ceil(days.length / (view.phone ? 4 : 9)) - 1, 0), fontSize: 12 },
    },
    yAxis: {
      type: "value", min: 0, minInterval: 1, splitNumber: 4,
      axisLabel: { color: view.colour("ink-3"), fontSize: 12 },
      splitLine: { lineStyle: { color: view.colour("line") } },
    },
    series: names.slice(1, -1).map((name, at) => ({
      name, type: "line", stack: "all", step: "end", symbol: "circle", symbolSize: 4, showSymbol: false,
      triggerLineEvent: true,
      data: rows.map((row) => ({ value: Number(row[at + 1].textContent), url: url(row) })),
      lineStyle: { width: 1, color: view.colour(PAINT[at]) },
      itemStyle: { color: view.colour(PAINT[at]) },
      areaStyle: { color: view.colour(PAINT[at]), opacity: 0.5 },
      markLine: at ? undefined : { symbol: "none", silent: true, data: marks(view) },
    })),
  };
}
