import type { DecisionVerdict } from '@spillway/contracts';

const WHY: Readonly<Record<string, string>> = {
  'before-first-state':
    'not all that the router knew then was said again on the part of the log that was read',
  gap: 'a part of the log is missing, here or for the router, and its effect had not passed',
  'lost-decisions': 'other decisions of the same router are not on the log, and what they reserved counted',
  restored: 'the router had a policy or a price from beside the log',
  'read-late': 'the router told of it so late that the log before it was not held any more',
  'other-rule-version': 'it was made by another version of the rules: ask the version that wrote it',
  'first-version': 'it was recorded by a version that did not tell what its decisions were made on',
};

/** How far what follows can be relied on. */
export function describeVerdict(verdict: DecisionVerdict): string {
  switch (verdict.kind) {
    case 'same':
      return 'Derived again from the log by the code of the routers, the decision comes out the same: what follows is what it was made on.';
    case 'differs': {
      const { field, recorded, derived } = verdict;
      return `DIFFERS: derived again from the log, the decision does not come out as it was recorded. Recorded ${field}: ${recorded}. Derived ${field}: ${derived}. What follows is the derived side.`;
    }
    case 'unverifiable': {
      const why = WHY[verdict.reason] ?? verdict.reason;
      return `This cannot be verified (${verdict.reason}): ${why}. ${whatFollows(verdict.isAgreeing)}`;
    }
  }
}

function whatFollows(isAgreeing: boolean | null): string {
  if (isAgreeing === null) return 'The record is all there is.';
  return isAgreeing
    ? 'Derived from what is there, the same comes out; what follows is probably what it was made on.'
    : 'Derived from what is there, something else comes out: rely on the record, and read what follows with care.';
}
