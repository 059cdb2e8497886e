// @ts-check
/** @typedef {import('../src/replay/incident/incident-report.js').IncidentReport} Incident */
/** @typedef {Incident['regions'][number]} Region */

/** @param {number | null | undefined} share */
const percentOf = (share) => {
  if (share === null || share === undefined) return '?';
  const percent = share * 100;
  return `${percent < 10 ? Math.round(percent * 10) / 10 : Math.round(percent)} %`;
};
/** @param {number | null | undefined} ms */
const millisecondsOf = (ms) => (ms === null || ms === undefined ? '?' : `${Math.round(ms * 10) / 10} ms`);
/** @param {number | null | undefined} count */
const countOf = (count) => (count === null || count === undefined ? '?' : `${count}`);

/** UTC, as everything on the page. @param {number} ms */
const dateAndTimeOf = (ms) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** Of the mode the page is shown in. @param {string} name */
const colourOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
