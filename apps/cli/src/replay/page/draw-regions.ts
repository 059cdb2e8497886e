import type { IncidentReport } from '../incident/incident-report.js';
import type { RegionReport } from '../incident/region-report.js';
import { count, duration } from '../../log/wording.js';
import { milliseconds, percent } from '../incident/wording.js';
import { html, join, type Html } from './html.js';

/** A place for the charts of each region, the ones with the most trouble first; quiet ones are folded away. */
export function drawRegions({ regions, points }: IncidentReport): Html {
  if (points.count === 0) return html`<div id="lively"></div>`;
  const lively = regions.filter(({ isQuiet }) => !isQuiet).toSorted(byTrouble);
  const quiet = regions.filter(({ isQuiet }) => isQuiet);
  const names = quiet.map(({ region }) => region).join(', ');
  const folded = html`<details class="quiet" ${lively.length === 0 ? html` open` : ''}>
    <summary>${count(quiet.length, 'quiet region')}: ${names}</summary>
    ${join(quiet.map(drawRegion))}
  </details>`;
  return html`<div id="lively">${join(lively.map(drawRegion))}</div>
    ${quiet.length > 0 ? folded : ''}`;
}

function byTrouble(a: RegionReport, b: RegionReport): number {
  const spill = ({ spillOut }: RegionReport) => spillOut ?? 0;
  return b.overloadedMs - a.overloadedMs || b.alarms - a.alarms || spill(b) - spill(a);
}

function drawRegion(region: RegionReport): Html {
  return html`<section class="region" data-region="${region.region}">
    <h2>${region.region}</h2>
    <span class="worst">${join(worstOf(region))}</span>
    <div class="charts"></div>
  </section> `;
}

function worstOf(region: RegionReport): Html[] {
  const { peakLoad, overloadedMs, peakPriceMs, spillOut, spillIn, fewestUsable, mostUsable, alarms } = region;
  const nodes =
    fewestUsable === mostUsable ? `${mostUsable ?? '?'}` : `${fewestUsable ?? '?'}–${mostUsable ?? '?'}`;
  const facts = [
    html`peak load ${percent(peakLoad)}`,
    ...(overloadedMs > 0 ? [html`<b>overloaded for ${duration(overloadedMs)}</b>`] : []),
    html`price up to ${milliseconds(peakPriceMs)}`,
    html`${percent(spillOut)} of its clients served elsewhere`,
    html`${percent(spillIn)} of those served are from elsewhere`,
    html`${nodes} usable nodes`,
    ...(alarms > 0 ? [html`<b>${count(alarms, 'alarm')}</b>`] : []),
  ];
  return facts.map((fact, i) => (i === 0 ? fact : html` · ${fact}`));
}
