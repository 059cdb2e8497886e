import type { DecisionExplanation } from '@spillway/contracts';

/** proto3 knows no null, and has one message for a placement and a refusal. */
export function toGrpcExplanation({ derived, ...explanation }: DecisionExplanation): object {
  if (!derived) return withoutNulls(explanation);
  const { outcome, ...rest } = derived;
  const plain = 'code' in outcome ? { refusalCode: outcome.code } : outcome;
  return withoutNulls({ ...explanation, derived: { ...rest, outcome: plain } });
}

function withoutNulls(value: object): object {
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(entries.map(([name, member]) => [name, plain(member)]));
}

function plain(member: unknown): unknown {
  if (Array.isArray(member)) return member.map(plain);
  return typeof member === 'object' && member !== null ? withoutNulls(member) : member;
}
