// @ts-check

const PLOT_HEIGHT = 118;
const ALARM_HEIGHT = 7;
const MINUTE_S = 60;
const DAY_S = 86_400;
/** Seconds between two labels of the time axis. */
const TIME_STEPS_S = [
  1,
  2,
  5,
  10,
  15,
  30,
  60,
  120,
  300,
  600,
  900,
  1800,
  3600,
  7200,
  14_400,
  21_600,
  43_200,
  DAY_S,
];

/**
 * One chart of one region.
 * @param {ChartKind} kind
 * @param {Region} region
 * @param {Incident} report
 * @param {View} view
 */
function drawChart(kind, region, report, view) {
  const { points } = report;
  const lines = kind.lines.filter(({ key }) => key !== 'loadPeak' || points.stepMs > 1000);
  const figure = document.createElement('figure');
  figure.className = 'chart';
  const caption = document.createElement('figcaption');
  const plot = document.createElement('div');
  plot.className = 'plot';
  figure.append(caption, plot);
  const show = captionOf(caption, kind, lines);
  const times = Array.from({ length: points.count }, (_, i) => (points.fromMs + i * points.stepMs) / 1000);
  const values = lines.map(({ key }) => [...region.series[key]]);
  const options = optionsOf(kind, lines, region, report, view);
  options.hooks = {
    drawClear: [(u) => shade(u, region, report)],
    drawAxes: [(u) => drawThreshold(u, kind, report), (u) => drawAlarms(u, region, report)],
    setCursor: [(u) => (show(values, u.cursor.idx), view.showTime(u))],
    setSelect: [(u) => view.zoomToSelection(u)],
  };
  const build = () => {
    const u = new uPlot({ ...options, width: plot.clientWidth || 280 }, [times, ...values], plot);
    u.over.addEventListener('dblclick', () => view.zoom(undefined));
    u.over.addEventListener('click', () => view.pick(u));
    new ResizeObserver(() => u.setSize({ width: plot.clientWidth, height: PLOT_HEIGHT })).observe(plot);
    return u;
  };
  show(values, undefined);
  return { figure, build };
}

/** Names, colours and, under the pointer, values. @param {HTMLElement} caption @param {ChartKind} kind @param {Line[]} lines */
function captionOf(caption, kind, lines) {
  const name = document.createElement('span');
  name.className = 'name';
  name.textContent = kind.name;
  const keys = lines.map(({ colour }) => {
    const key = document.createElement('span');
    key.className = 'key';
    key.style.setProperty('--colour', `var(--${colour})`);
    return key;
  });
  caption.append(name, ...keys);
  return (/** @type {(number | null)[][]} */ values, /** @type {number | null | undefined} */ point) => {
    for (const [i, { label }] of lines.entries()) {
      const key = keys[i];
      const isPointed = point !== null && point !== undefined;
      if (key) key.textContent = isPointed ? `${label} ${kind.format(values[i]?.[point])}` : label;
    }
  };
}

/**
 * @param {ChartKind} kind @param {Line[]} lines @param {Region} region @param {Incident} report @param {View} view
 * @returns {uPlot.Options}
 */
function optionsOf(kind, lines, region, report, view) {
  const top = kind.top(region, report);
  const axis = {
    stroke: () => colourOf('faint'),
    font: '11px system-ui',
    grid: { stroke: () => colourOf('line'), width: 1 },
  };
  return {
    width: 280,
    height: PLOT_HEIGHT,
    padding: [6, 16, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: true, y: false, setScale: false },
      bind: { dblclick: () => null },
      sync: {
        key: 'incident',
        setSeries: false,
        filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
      },
    },
    scales: {
      x: { time: true, range: () => view.rangeInSeconds() },
      y: { range: [0, top], ...(kind.isSquashed && { distr: 4, asinh: 10 }) },
    },
    series: [{}, ...lines.map((line) => seriesOf(kind, line))],
    axes: [
      {
        ...axis,
        size: 22,
        space: 70,
        incrs: TIME_STEPS_S,
        ticks: { show: false },
        values: (_u, splits, _axis, _space, step) => splits.map((s) => timeLabel(s, step ?? 1)),
      },
      {
        ...axis,
        size: 54,
        space: 26,
        ticks: { show: false },
        values: (_u, splits) => splits.map((value) => shortly(kind, value)),
        ...(kind.isSquashed && {
          splits: () => [0, 10, 100, 1_000, 10_000].filter((value) => value <= top),
          filter: (_u, splits) => splits,
        }),
      },
    ],
  };
}

/** @param {ChartKind} kind @param {Line} line @returns {uPlot.Series} */
function seriesOf({ isStepped }, { colour, fill, width = 1, dash }) {
  const stepped = isStepped && uPlot.paths.stepped?.({ align: 1 });
  return {
    stroke: () => colourOf(colour),
    width,
    points: { show: false },
    ...(fill && { fill: () => colourOf(fill) }),
    ...(dash && { dash }),
    ...(stepped && { paths: stepped }),
  };
}

/** @param {ChartKind} kind @param {number} value */
function shortly({ format, name }, value) {
  return name === 'nodes' ? (Number.isInteger(value) ? `${value}` : '') : format(value);
}

/** @param {number} seconds @param {number} step */
function timeLabel(seconds, step) {
  const text = new Date(seconds * 1000).toISOString();
  if (step >= DAY_S || seconds % DAY_S === 0) return text.slice(5, 10);
  return text.slice(11, step < MINUTE_S ? 19 : 16);
}

/** What is behind the lines: overload, and parts of the log that are missing. @param {uPlot} u @param {Region} region @param {Incident} report */
function shade(u, { overloads }, { missing }) {
  for (const { fromMs, toMs } of overloads) fillTime(u, fromMs, toMs, colourOf('shade'));
  for (const { afterMs, untilMs } of missing) {
    if (afterMs !== null && untilMs !== null) fillTime(u, afterMs, untilMs, colourOf('line'));
  }
}

/** @param {uPlot} u @param {number} fromMs @param {number} toMs @param {string} colour */
function fillTime(u, fromMs, toMs, colour) {
  const { left, width, top, height } = u.bbox;
  const inside = (/** @type {number} */ x) => Math.min(left + width, Math.max(left, x));
  const from = inside(u.valToPos(fromMs / 1000, 'x', true));
  const to = inside(u.valToPos(toMs / 1000, 'x', true));
  if (to <= left || from >= left + width) return;
  u.ctx.fillStyle = colour;
  u.ctx.fillRect(from, top, Math.max(devicePixelRatio, to - from), height);
}

/** The threshold. @param {uPlot} u @param {ChartKind} kind @param {Incident} report */
function drawThreshold(u, { hasThreshold }, { policy }) {
  if (!hasThreshold || !policy) return;
  const { left, width } = u.bbox;
  const y = u.valToPos(policy.threshold, 'y', true);
  u.ctx.save();
  u.ctx.strokeStyle = colourOf('alarm');
  u.ctx.setLineDash([3, 3]);
  u.ctx.beginPath();
  u.ctx.moveTo(left, y);
  u.ctx.lineTo(left + width, y);
  u.ctx.stroke();
  u.ctx.restore();
}

/** A tick on top for every alarm of the region or of the whole fleet. @param {uPlot} u @param {Region} region @param {Incident} report */
function drawAlarms(u, { region }, { events }) {
  const { left, width, top } = u.bbox;
  u.ctx.fillStyle = colourOf('alarm');
  for (const event of events) {
    if (event.level !== 'alarm' || (event.region !== undefined && event.region !== region)) continue;
    const x = u.valToPos(event.atMs / 1000, 'x', true);
    if (x < left || x > left + width) continue;
    u.ctx.fillRect(x - devicePixelRatio, top, 2 * devicePixelRatio, ALARM_HEIGHT * devicePixelRatio);
  }
}
