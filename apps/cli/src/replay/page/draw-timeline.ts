import type { IncidentReport, ReportedEvent } from '../incident/incident-report.js';
import { html, join, type Html } from './html.js';

/** The events as a table, narrowed down by the page's scripts. */
export function drawTimeline({ events, eventsLeftOut }: IncidentReport): Html {
  const regions = [...new Set(events.flatMap(({ region }) => region ?? []))].toSorted();
  return html`<section class="timeline">
    <div>
      <h2>What happened</h2>
      <select id="level" autocomplete="off">
        <option value="alarm notice">without details</option>
        <option value="alarm">alarms only</option>
        <option value="alarm notice detail">everything</option>
      </select>
      <select id="region" autocomplete="off">
        <option value="">all regions</option>
        ${join(regions.map((region) => html`<option>${region}</option>`))}
      </select>
      <span class="faint" id="shown"></span>
      ${eventsLeftOut > 0 ? html`<span class="faint">(${eventsLeftOut} too many to be told)</span>` : ''}
    </div>
    <table>
      ${join(drawRows(events))}
    </table>
  </section>`;
}

function drawRows(events: readonly ReportedEvent[]): Html[] {
  let day = '';
  return events.flatMap((event) => {
    const isNewDay = event.at.slice(0, 10) !== day;
    day = event.at.slice(0, 10);
    const row = drawRow(event);
    return isNewDay
      ? [
          html`<tr class="day">
            <td colspan="3">${day} UTC</td>
          </tr>`,
          row,
        ]
      : [row];
  });
}

function drawRow({ at, atMs, level, kind, region = '', text }: ReportedEvent): Html {
  return html`<tr
    class="${level}"
    data-ms="${atMs}"
    data-level="${level}"
    data-region="${region}"
    title="${kind}"
  >
    <td class="time">${at.slice(11, 19)}</td>
    <td class="where">${region}</td>
    <td>${text}</td>
  </tr> `;
}
