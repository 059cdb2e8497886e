import { POLICY_SUBJECT, type PolicyDocument } from '@spillway/contracts';
import { findMatching, isFor, type FoundDecisions } from './find-matching.js';
import type { FoundDecision } from './found-decision.js';
import type { SearchedLog, SearchOptions } from './searched-log.js';

/** A TURN user name, `<expiry>:<user>`. */
export interface Username {
  /** Seconds since the epoch. */
  readonly expiresAtSeconds: number;
  readonly user: string;
}

/** `undefined` for what is none. */
export function parseUsername(text: string): Username | undefined {
  const [, expiry, user] = /^(\d{9,11}):([\u0021-\u007e]{1,512})$/.exec(text) ?? [];
  return expiry === undefined || user === undefined ? undefined : { expiresAtSeconds: Number(expiry), user };
}

export interface FoundByUsername extends FoundDecisions {
  /** The one whose credential would have run out when this one does. */
  readonly best: FoundDecision | undefined;
  /** Its lifetime is one that the policy gives to who asks for none. */
  readonly isExact: boolean;
}

/** No policy may allow more. */
const MAX_TTL_SECONDS = 604_800;
/** Seconds between the clocks of a router, by which credentials run out, and of the log. */
const SKEW_SECONDS = 2;

/**
 * Finds the decision that a credential came from. The log has of the user a hash and nothing of the expiry, which is
 * the decision's time and the lifetime that was asked for or that the policy gave.
 *
 * 1. Of the decisions for this user before the expiry, those are right that are a usual lifetime before it.
 * 2. With none, the last that is at least the shortest lifetime before it: the request asked for another lifetime.
 */
export async function findByUsername(
  log: SearchedLog,
  { expiresAtSeconds, user }: Username,
  options: SearchOptions = {},
): Promise<FoundByUsername> {
  const policies = await readPolicies(log, options);
  const window = {
    from: { ms: Math.max(0, (expiresAtSeconds - MAX_TTL_SECONDS) * 1000) },
    to: { ms: (expiresAtSeconds + MAX_TTL_SECONDS) * 1000 },
  };
  const isForUser = isFor(user);
  const latestMs = (expiresAtSeconds + SKEW_SECONDS) * 1000;
  const found = await findMatching(
    log,
    window,
    (record, atMs) => atMs <= latestMs && isForUser(record),
    options,
  );
  const secondsOff = (decision: FoundDecision) => offUsual(decision, expiresAtSeconds, policies);
  const [exact] = found.decisions
    .filter((decision) => secondsOff(decision) <= SKEW_SECONDS)
    .toSorted((a, b) => secondsOff(a) - secondsOff(b));
  const possible = found.decisions.find((decision) => isPossible(decision, expiresAtSeconds, policies));
  return { ...found, best: exact ?? possible ?? found.decisions[0], isExact: exact !== undefined };
}

type DatedPolicy = { readonly at: number; readonly policy: PolicyDocument };

async function readPolicies(log: SearchedLog, { signal }: SearchOptions): Promise<DatedPolicy[]> {
  const policies: DatedPolicy[] = [];
  for await (const { entries } of (await log.open({ filter: POLICY_SUBJECT }, signal)).batches()) {
    for (const { at, event } of entries)
      if (event.kind === 'policy') policies.push({ at, policy: event.policy });
  }
  return policies;
}

/** What the policy, and the tenant in it, gave then. */
function lifetimesAt({ atMs, record }: FoundDecision, policies: readonly DatedPolicy[]) {
  const { policy } = policies.findLast(({ at }) => at <= atMs) ?? policies[0] ?? {};
  const own = record.tenant === undefined ? undefined : policy?.tenants[record.tenant]?.ttlSeconds;
  const { default: usual, min = 1, max = MAX_TTL_SECONDS } = policy?.ttlSeconds ?? {};
  return { usual: own?.default ?? usual, min: own?.min ?? min, max: own?.max ?? max };
}

/** Seconds between the expiry and that of a credential of the usual lifetime. */
function offUsual(decision: FoundDecision, expiresAt: number, policies: readonly DatedPolicy[]): number {
  const { usual } = lifetimesAt(decision, policies);
  return usual === undefined ? Infinity : Math.abs(Math.floor(decision.atMs / 1000) + usual - expiresAt);
}

function isPossible(decision: FoundDecision, expiresAt: number, policies: readonly DatedPolicy[]): boolean {
  const { min, max } = lifetimesAt(decision, policies);
  const lifetime = expiresAt - decision.atMs / 1000;
  return lifetime >= min - SKEW_SECONDS && lifetime <= max + SKEW_SECONDS;
}
