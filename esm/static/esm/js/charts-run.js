/* Run chart. Rows: period, value, upper limit, lower limit; marks and promise in data attributes. */
const number = (cell) => {
  const text = (cell?.dataset.v ?? cell?.textContent ?? "").replace(/[^\d.-]/g, "");
  return text === "" ? null : Number(text);
};

function marks(view) {
  const found = JSON.parse(view.data.marks || "[]");
  return found.map((mark) => {
    const version = mark.kind === "v";
    return {
      xAxis: mark.at,
      lineStyle: { color: view.colour(version ? "accent" : "ink-3"), type: version ? "solid" : "dashed", width: 1.5 },
      label: { formatter: view.phone ? mark.short || mark.text : mark.text, color: view.colour(version ? "accent-ink" : "ink-2"), fontSize: 12, fontWeight: 600, position: "end" },
    };
  });
}

function promise(view) {
  if (!view.data.promise) return [];
  return [{
    yAxis: Number(view.data.promise),
    lineStyle: { color: view.colour("ink-2"), type: "dotted", width: 1.5 },
    label: { formatter: view.data.promiseLabel || view.data.promise, position: "insideEndTop", color: view.colour("ink-2"), fontSize: 12 },
  }];
}

export function run(rows, view, base) {
  const periods = rows.map((row) => row[0].textContent.trim());
  const series = (at) => rows.map((row) => number(row[at]));
  const title = rows[0]?.[1]?.closest("table").querySelector("thead th:nth-child(2)")?.textContent.trim() ?? "";
  const limit = (at) => ({ type: "line", data: series(at), symbol: "none", step: "end", lineStyle: { color: view.colour("ink-3"), width: 1, type: "dashed" }, silent: true });
  return {
    tooltip: { ...base.tooltip, trigger: "axis", formatter: (points) => `${points[0].axisValue}\n${title}: ${points[0].data ?? "–"}` },
    grid: { left: 34, right: view.phone ? 14 : 24, top: 30, bottom: 26 },
    xAxis: {
      type: "category", data: periods, boundaryGap: false, axisTick: { show: false },
      axisLine: { lineStyle: { color: view.colour("line-2") } },
      axisLabel: { color: view.colour("ink-3"), interval: Math.max(Math.ceil(periods.length / (view.phone ? 4 : 9)) - 1, 0), fontSize: 12 },
    },
    yAxis: {
      type: "value", min: 0, splitNumber: 4,
      axisLabel: { color: view.colour("ink-3"), fontSize: 12 },
      splitLine: { lineStyle: { color: view.colour("line") } },
    },
    series: [
      {
        type: "line", data: series(1), symbol: "circle", symbolSize: 5, z: 3,
        lineStyle: { color: view.colour("ink"), width: 1.6 }, itemStyle: { color: view.colour("ink") },
        markLine: { symbol: "none", silent: true, data: [...marks(view), ...promise(view)] },
      },
      limit(2),
      limit(3),
    ],
  };
}
