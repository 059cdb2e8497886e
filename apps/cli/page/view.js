// @ts-check

/** A timeline's event is looked at from so many seconds before it to as many after, at least. */
const AROUND_S = 60;

/** What part of the window all charts and the timeline show, and the moment that is pointed at. */
class View {
  /** @type {uPlot[]} */
  charts = [];
  /** @type {(() => void)[]} */
  listeners = [];
  /** @type {((ms: number) => void)[]} */
  pickers = [];
  /** @type {[number, number] | undefined} */
  zoomed;

  /** @param {Incident} report @param {HTMLElement} clock */
  constructor({ points, fromMs, toMs }, clock) {
    this.clock = clock;
    const from = points.count > 0 ? points.fromMs : fromMs;
    /** @type {[number, number]} */
    this.whole = [
      from / 1000,
      Math.max(toMs, from + Math.max(1000, (points.count - 1) * points.stepMs)) / 1000,
    ];
  }

  /** @returns {[number, number]} */
  rangeInSeconds() {
    return this.zoomed ?? this.whole;
  }

  /** @param {[number, number] | undefined} range in seconds; everything when there is none */
  zoom(range) {
    this.zoomed = range;
    const [min, max] = this.rangeInSeconds();
    for (const chart of this.charts) chart.setScale('x', { min, max });
    for (const listen of this.listeners) listen();
  }

  /** @param {uPlot} u */
  zoomToSelection(u) {
    const { left, width } = u.select;
    if (width < 4) return;
    const range = /** @type {[number, number]} */ ([u.posToVal(left, 'x'), u.posToVal(left + width, 'x')]);
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.zoom(range);
  }

  /** @param {number} ms */
  zoomAround(ms) {
    const [from, to] = this.whole;
    const half = Math.max(AROUND_S, (to - from) / 16);
    this.zoom([Math.max(from, ms / 1000 - half), Math.min(to, ms / 1000 + half)]);
  }

  /** @param {number | undefined} ms */
  point(ms) {
    for (const chart of this.charts) {
      const left = ms === undefined ? -10 : chart.valToPos(ms / 1000, 'x');
      const isShown = left >= 0 && left <= chart.over.clientWidth;
      chart.setCursor({ left: isShown ? left : -10, top: isShown ? 10 : -10 });
    }
  }

  /** @param {uPlot} u */
  showTime(u) {
    const { left = -1, idx } = u.cursor;
    const isPointed = left >= 0 && idx !== null && idx !== undefined;
    const [from] = this.rangeInSeconds();
    const seconds = isPointed ? (u.data[0][idx] ?? from) : undefined;
    this.clock.textContent = seconds === undefined ? '' : `${dateAndTimeOf(seconds * 1000)} UTC`;
  }

  /** Somebody clicked there, and dragged nothing. @param {uPlot} u */
  pick(u) {
    const { left = -1 } = u.cursor;
    if (left < 0 || u.select.width > 0) return;
    for (const pick of this.pickers) pick(u.posToVal(left, 'x') * 1000);
  }
}
