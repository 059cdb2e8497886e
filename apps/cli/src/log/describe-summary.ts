import type { WindowGap } from '@spillway/messaging';
import type { ArchiveSummary } from './archive-summary.js';
import { bytes, count, duration, time } from './wording.js';

const GAPS_SHOWN = 10;

const CAUSES: Record<WindowGap['cause'], string> = {
  retention: 'the log had lost it',
  'new-stream': 'the log was made anew',
  damaged: 'the file is damaged',
  truncated: 'the file is cut off',
};

/** An archive in a few lines. @param size of the file in bytes. */
export function describeSummary(file: string, summary: ArchiveSummary, size: number): string[] {
  const { header, end } = summary;
  const { firstPosition, lastPosition, stream, createdAt, createdBy, version } = header;
  return [
    file,
    row('covers', describeCover(summary)),
    row('asked for', describeAsked(summary)),
    row('log', `positions ${firstPosition} to ${lastPosition} of the one created ${stream.created}`),
    row('written', `${time(Date.parse(createdAt))} by ${createdBy}, version ${version} of the format`),
    row('size', describeSize(summary, size)),
    row('holds', describeKinds(summary)),
    row('', describeWho(summary)),
    ...describeRejected(summary),
    ...describeGaps(summary.gaps),
    row('state', end ? 'whole' : 'it has no end: the file was cut off or is damaged'),
  ];
}

const row = (name: string, text: string): string => `  ${name.padEnd(10)} ${text}`;

function describeCover({ firstAtMs, lastAtMs, header }: ArchiveSummary): string {
  if (firstAtMs === null || lastAtMs === null) return 'nothing';
  const span = `${time(firstAtMs)} to ${time(lastAtMs)}, ${duration(lastAtMs - firstAtMs)}`;
  return header.beginsLate ? `${span}; the log did not go back further` : span;
}

function describeAsked({ header: { asked, leadMs } }: ArchiveSummary): string {
  const from = asked.fromMs === null ? 'the beginning' : time(asked.fromMs);
  const to = asked.toMs === null ? 'the end' : time(asked.toMs);
  return `${from} to ${to}; what is earlier is lead (${duration(leadMs)})`;
}

function describeSize({ entries }: ArchiveSummary, size: number): string {
  return entries > 0 ? `${bytes(size)}, ${(size / entries).toFixed(1)} bytes an entry` : bytes(size);
}

function describeKinds({ kinds }: ArchiveSummary): string {
  const counts = Object.entries(kinds).sort(([, a], [, b]) => b - a);
  return counts.map(([kind, n]) => `${n.toLocaleString('en')} ${kind}`).join(', ') || 'nothing';
}

function describeWho({ nodes, regions, routers, decisions, refusals }: ArchiveSummary): string {
  return [
    `${count(nodes, 'node')} in ${count(regions.length, 'region')}`,
    `${count(decisions, 'decision')} and ${count(refusals, 'refusal')} of ${count(routers, 'router')}`,
  ].join('; ');
}

function describeRejected({ rejected, end }: ArchiveSummary): string[] {
  const leftOut = end?.leftOut ?? 0;
  return [
    ...Object.entries(rejected).map(([reason, n]) => row('rejected', `${count(n, 'message')}: ${reason}`)),
    ...(leftOut > 0
      ? [row('left out', `${count(leftOut, 'text')} that looked like an address or a secret`)]
      : []),
  ];
}

function describeGaps(gaps: readonly WindowGap[]): string[] {
  const lines = gaps
    .slice(0, GAPS_SHOWN)
    .map(({ from, to, cause, detail }) =>
      row(
        'missing',
        `positions ${from} to ${to}: ${CAUSES[cause]}${detail === undefined ? '' : ` (${detail})`}`,
      ),
    );
  const more = gaps.length - lines.length;
  return more > 0 ? [...lines, row('missing', `and ${count(more, 'more part')}`)] : lines;
}
