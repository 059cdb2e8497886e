import { createHash } from 'node:crypto';
import type { IncidentReport } from '../incident/incident-report.js';
import { duration } from '../../log/wording.js';
import { describeVerification, type VerificationReport } from '../verify/describe-verification.js';
import { drawFlows } from './draw-flows.js';
import { drawRegions } from './draw-regions.js';
import { drawTimeline } from './draw-timeline.js';
import { html, join, raw, type Html } from './html.js';
import { loadPageParts } from './page-parts.js';

/**
 * An incident as one page that opens from disk: nothing is loaded, and the browser is told to load nothing. Without
 * scripts the timeline can be read all the same.
 */
export async function drawPage(report: IncidentReport, verification?: VerificationReport): Promise<string> {
  const { script, style } = await loadPageParts();
  const policy = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>Incident ${spanOf(report)}</title>
        ${element('style', style)}
      </head>
      <body>
        ${drawHeader(report, verification)}
        <div class="bar">
          <span class="at" id="at"></span><span class="spacer"></span>
          <span class="faint">drag to zoom, double click for the whole, click for the nearest event</span>
          <button id="whole" disabled>Show all</button>
        </div>
        <main>${drawRegions(report)} ${drawTimeline(report)} ${drawFlows(report)}</main>
        ${element('script', asData(report), ' type="application/json" id="report"')}
        ${element('script', script)}
      </body>
    </html> `;
  return page.text;
}

/** Written to the letter: the browser holds the content against its hash. */
function element(name: 'script' | 'style', content: string, attributes = ''): Html {
  return raw(`<${name}${attributes}>${content}</${name}>`);
}

function drawHeader(report: IncidentReport, verification?: VerificationReport): Html {
  const { source, totals, policy, fromMs, toMs, notes } = report;
  const { entries, decisions, refusals } = totals;
  const verified = verification ? describeVerification(verification) : [];
  const facts = [
    duration(toMs - fromMs),
    source,
    `${entries} messages`,
    `${decisions} decisions`,
    `${refusals} refusals`,
    ...(policy ? [`policy ${policy.revision} (${policy.strategy})`] : []),
  ];
  return html`<header>
    <h1>${spanOf(report)}</h1>
    <p class="facts faint">${facts.join(' · ')}</p>
    ${verified.length > 0 ? html`<p class="facts">Derived again: ${verified.join(' · ')}</p>` : ''}
    ${
      notes.length > 0
        ? html`<ul class="notes">
            ${join(notes.map((note) => html`<li>${note}</li>`))}
          </ul>`
        : ''
    }
  </header>`;
}

function spanOf({ from, to }: IncidentReport): string {
  const [fromDay, fromTime] = [from.slice(0, 10), from.slice(11, 19)];
  const [toDay, toTime] = [to.slice(0, 10), to.slice(11, 19)];
  return `${fromDay} ${fromTime} – ${toDay === fromDay ? '' : `${toDay} `}${toTime} UTC`;
}

/** JSON within a script element: nothing in it may end the element. */
function asData(report: IncidentReport): string {
  return JSON.stringify(report).replaceAll('<', '\\u003c');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
