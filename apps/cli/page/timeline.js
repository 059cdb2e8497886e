// @ts-check

/**
 * The table of events, which is in the page as it is: narrowed down by level, region and zoom.
 * @param {View} view
 */
function enliven(view) {
  const rows = /** @type {HTMLTableRowElement[]} */ ([...document.querySelectorAll('.timeline tr[data-ms]')]);
  const levels = /** @type {HTMLSelectElement} */ (document.querySelector('#level'));
  const regions = /** @type {HTMLSelectElement} */ (document.querySelector('#region'));
  const counter = /** @type {HTMLElement} */ (document.querySelector('#shown'));
  const reset = /** @type {HTMLButtonElement} */ (document.querySelector('#whole'));
  const msOf = (/** @type {HTMLElement} */ row) => Number(row.dataset['ms']);

  const narrow = () => {
    const [from, to] = view.rangeInSeconds().map((seconds) => seconds * 1000);
    const wanted = levels.value.split(' ');
    let shown = 0;
    for (const row of rows) {
      const { level = '', region = '' } = row.dataset;
      const isIn = !view.zoomed || (msOf(row) >= (from ?? 0) && msOf(row) <= (to ?? Infinity));
      const isOf = regions.value === '' || region === '' || region === regions.value;
      row.hidden = !(isIn && isOf && wanted.includes(level));
      if (!row.hidden) shown++;
    }
    counter.textContent = shown === rows.length ? `${shown} events` : `${shown} of ${rows.length} events`;
    reset.disabled = !view.zoomed;
  };

  const show = (/** @type {number} */ ms) => {
    const shown = rows.filter((row) => !row.hidden);
    const nearest = shown.toSorted((a, b) => Math.abs(msOf(a) - ms) - Math.abs(msOf(b) - ms))[0];
    for (const row of rows) row.classList.toggle('near', row === nearest);
    nearest?.scrollIntoView({ block: 'center', behavior: 'smooth' });
  };

  for (const row of rows) {
    row.addEventListener('mouseenter', () => view.point(msOf(row)));
    row.addEventListener('mouseleave', () => view.point(undefined));
    row.addEventListener('click', () => view.zoomAround(msOf(row)));
  }
  levels.addEventListener('change', narrow);
  regions.addEventListener('change', narrow);
  reset.addEventListener('click', () => view.zoom(undefined));
  view.listeners.push(narrow);
  view.pickers.push(show);
  narrow();
}
