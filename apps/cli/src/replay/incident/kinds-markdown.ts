import { INCIDENT_KINDS } from './incident-event.js';

/** The reference page of what a timeline tells. */
export function kindsMarkdown(): string {
  const rows = Object.entries(INCIDENT_KINDS).map(
    ([kind, [level, meaning]]) => `| \`${kind}\` | ${level} | ${meaning} |`,
  );
  return [
    '# What a timeline tells',
    '',
    'Events of `spillway replay`, as `kind` in its `--json`. The names are stable. A `detail` is shown with `--details`, and on the page with "everything". See [incident review](../incident-review.md).',
    '',
    '| kind | level | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
