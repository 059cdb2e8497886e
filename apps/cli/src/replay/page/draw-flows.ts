import type { IncidentReport } from '../incident/incident-report.js';
import { html, join, type Html } from './html.js';

const SHOWN = 50;

/** Who was served elsewhere, and where. */
export function drawFlows({ flows }: IncidentReport): Html {
  if (flows.length === 0) return html``;
  const rows = flows.slice(0, SHOWN).map(
    ({ home, served, clients }) =>
      html`<tr>
        <td>${home}</td>
        <td>${served}</td>
        <td class="number">${clients}</td>
      </tr>`,
  );
  return html`<details class="flows">
    <summary>Who was served elsewhere</summary>
    <table>
      <tr>
        <th>belongs to</th>
        <th>served in</th>
        <th>clients</th>
      </tr>
      ${join(rows)}
    </table>
  </details>`;
}
