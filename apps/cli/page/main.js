// @ts-check

/** @param {Incident} report */
function start(report) {
  const view = new View(report, /** @type {HTMLElement} */ (document.querySelector('#at')));
  const byName = new Map(report.regions.map((region) => [region.region, region]));
  const draw = (/** @type {HTMLElement} */ section) => {
    const region = byName.get(section.dataset['region'] ?? '');
    const charts = section.querySelector('.charts');
    if (!region || !charts || charts.childElementCount > 0) return;
    for (const kind of CHART_KINDS) {
      const { figure, build } = drawChart(kind, region, report, view);
      charts.append(figure);
      view.charts.push(build());
    }
  };
  const drawAllIn = (/** @type {ParentNode} */ parent) => {
    for (const section of parent.querySelectorAll('.region')) draw(/** @type {HTMLElement} */ (section));
  };
  if (report.points.count > 0) drawAllIn(/** @type {ParentNode} */ (document.querySelector('#lively')));
  const quiet = /** @type {HTMLDetailsElement | null} */ (document.querySelector('.quiet'));
  quiet?.addEventListener('toggle', () => quiet.open && report.points.count > 0 && drawAllIn(quiet));
  enliven(view);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const chart of view.charts) chart.redraw();
  });
}

start(JSON.parse(/** @type {HTMLElement} */ (document.querySelector('#report')).textContent ?? ''));
