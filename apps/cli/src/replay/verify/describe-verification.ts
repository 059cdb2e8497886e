import type { WindowGap } from '@spillway/messaging';
import type { Doubt } from '@spillway/replay';
import { describeGap } from '../incident/telemetry.js';
import type { Count, Difference, Verification } from './verification.js';

const DOUBTS: Record<Doubt, string> = {
  'before-first-state': 'made before all that the router knew had been said again; begin earlier with --lead',
  gap: 'a part of the log is missing, here or for the router, and its effect had not passed',
  'lost-decisions': 'other decisions of the same router are not on the log, and what they reserved counted',
  restored: 'the router had a policy or a price from beside the log',
  'read-late': 'told so late that the log before it was not held any more',
  'other-rule-version': 'made by another version of the rules',
  'first-version': 'recorded by a version that did not tell what its decisions were made on',
};

const NOT_WHOLE = 'the file is not whole: no more than what can be read of it was verified';

/** The verification as figures. */
export interface VerificationReport {
  readonly decisions: Readonly<Count>;
  readonly refusals: Readonly<Count>;
  readonly unverifiable: Readonly<Partial<Record<Doubt, number>>>;
  readonly differences: readonly (Difference & { readonly at: string | null })[];
  /** The first parts of the log that are not there: what was decided in them is not counted. */
  readonly missing: readonly WindowGap[];
  readonly missingParts: number;
  /** False when the archive is cut off or damaged. */
  readonly isFileWhole: boolean;
  /** Messages that this version does not understand. */
  readonly unreadable: number;
}

export function reportVerification(verification: Verification): VerificationReport {
  const { decisions, refusals, doubts, differences, missing, missingParts, isFileWhole, unreadable } =
    verification;
  return {
    decisions: { ...decisions },
    refusals: { ...refusals },
    unverifiable: Object.fromEntries(doubts),
    differences: differences.map(dated),
    missing,
    missingParts,
    isFileWhole,
    unreadable,
  };
}

/** What was found, in lines: the figures first, then both sides of every difference, then what cannot be told and why. */
export function describeVerification(report: VerificationReport): string[] {
  const { decisions, refusals, unverifiable, differences } = report;
  const lines = [describeCount('decisions', decisions)];
  if (refusals.all > 0) lines.push(describeCount('refusals', refusals));
  for (const difference of differences) lines.push(...describeDifference(difference));
  const unshown = decisions.differ + refusals.differ - differences.length;
  if (unshown > 0) lines.push(`… and ${unshown} more that differ`);
  for (const [doubt, count] of Object.entries(unverifiable)) {
    lines.push(`unverifiable: ${count} ${doubt}: ${DOUBTS[doubt as Doubt]}`);
  }
  if (!report.isFileWhole) lines.push(NOT_WHOLE);
  return lines;
}

/** What of the log is not there to be verified. */
export function describeHoles({ missing, missingParts, unreadable }: VerificationReport): string[] {
  const lines = missing.map((gap) => describeGap(gap));
  if (missingParts > missing.length) lines.push(`… and ${missingParts - missing.length} more parts missing`);
  if (unreadable > 0) lines.push(`unreadable: ${unreadable} messages that this version does not understand`);
  return lines;
}

/** Plain digits: programs read it. */
function describeCount(what: string, { all, differ, unverifiable }: Count): string {
  return `${all} ${what}, ${differ} differ, ${unverifiable} unverifiable`;
}

function describeDifference({
  router,
  decision,
  at,
  position,
  field,
  recorded,
  derived,
}: Difference & { at: string | null }): string[] {
  const what = decision ?? `a refusal of ${router}`;
  const when = at === null ? '' : ` of ${at}, at position ${position}`;
  return [`${what}${when}: ${field} differs`, `  recorded  ${recorded}`, `  derived   ${derived}`];
}

function dated(difference: Difference): Difference & { at: string | null } {
  const { atMs } = difference;
  return { ...difference, at: atMs === null ? null : new Date(atMs).toISOString() };
}
