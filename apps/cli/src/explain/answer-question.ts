import type { DecisionExplanation } from '@spillway/contracts';
import {
  explainDecision,
  findById,
  findByNode,
  findByUsername,
  findMatching,
  isFor,
  type FoundDecision,
  type FoundDecisions,
  type SearchedLog,
  type SearchOptions,
} from '@spillway/explain';
import { estimateRttMs } from '@spillway/geo';
import { turnUser, userHash } from '@spillway/turn';
import type { Question } from './question.js';

/** What came of a question. */
export interface Answer {
  readonly explanation: DecisionExplanation | null;
  /** Decisions that fit the question, the newest first; the one that is explained among them. */
  readonly matches: readonly Match[];
  /** All that fit, shown or not. */
  readonly count: number;
  /** What was looked through and, when nothing was found, what may be the reason; in sentences. */
  readonly remarks: readonly string[];
}

export interface Match {
  readonly id: string;
  readonly at: string;
  readonly region: string;
  readonly nodes: readonly string[];
  readonly reason: string;
}

export interface AnswerOptions extends SearchOptions {
  /** Where to look for a user's decisions: log time in ms. */
  readonly window: { readonly from?: { readonly ms: number }; readonly to?: { readonly ms: number } };
}

/** Matches that are shown. */
const MAX_SHOWN = 20;

export async function answerQuestion(
  log: SearchedLog,
  question: Question,
  options: AnswerOptions,
): Promise<Answer> {
  const { best, found, remarks } = await find(log, question, options);
  const explanation = best
    ? await explainDecision(log, best, { ...options, estimateRtt: estimateRttMs })
    : null;
  return {
    explanation,
    matches: found.decisions.slice(0, MAX_SHOWN).map(matchOf),
    count: found.count,
    remarks,
  };
}

interface Found {
  readonly best: FoundDecision | undefined;
  readonly found: Pick<FoundDecisions, 'decisions' | 'count'>;
  readonly remarks: readonly string[];
}

async function find(log: SearchedLog, question: Question, options: AnswerOptions): Promise<Found> {
  switch (question.kind) {
    case 'decision':
      return byId(log, question.id, options);
    case 'username': {
      const found = await findByUsername(log, question.username, options);
      return { best: found.best, found, remarks: remarksOnUsername(question.username, found) };
    }
    case 'user': {
      const user = turnUser(question.user);
      const found = await findMatching(log, options.window, isFor(user), options);
      return { best: found.decisions[0], found, remarks: remarksOnUser(user, found) };
    }
    case 'node': {
      const found = await findByNode(log, question, options);
      return { best: found.best, found, remarks: remarksOnNode(question, found) };
    }
  }
}

async function byId(log: SearchedLog, id: string, options: AnswerOptions): Promise<Found> {
  const found = await findById(log, id, options);
  if (found.decision) {
    return { best: found.decision, found: { decisions: [found.decision], count: 1 }, remarks: [] };
  }
  const { why, beginsAtMs } = found;
  const back = beginsAtMs === null ? '' : `, which goes back to ${instant(beginsAtMs)}`;
  const reasons = {
    'before-log': `its router told of it before what there is of the log${back}: ask an archive of that time (--file)`,
    'not-told':
      'its router is on the log, but has told of no such decision: the id is mistyped, or it was made within the last second or while the router was cut off from NATS',
    'unknown-run': `nothing on the log${back} is of this run of the router: it is older than that, the id is mistyped, or it is of another fleet`,
  };
  return {
    best: undefined,
    found: { decisions: [], count: 0 },
    remarks: [`no decision ${id}: ${reasons[why]}`],
  };
}

function remarksOnUsername(
  { user, expiresAtSeconds }: { user: string; expiresAtSeconds: number },
  { count, isExact, searched, beginsLateMs }: FoundDecisions & { isExact: boolean },
): string[] {
  const expiry = instant(expiresAtSeconds * 1000);
  if (count === 0) {
    return [
      `no decision for "${user}" (hash ${userHash(user)}) before ${expiry}: ${searched} decisions were looked through`,
      ...(beginsLateMs === null
        ? []
        : [
            `the log goes back only to ${instant(beginsLateMs)}: a decision before that is gone, unless there is an archive (--file)`,
          ]),
      'likely reasons: the credential was not issued by this fleet, or the user name was changed on the way',
    ];
  }
  if (isExact) return [];
  return [
    `none of the decisions for "${user}" is the usual lifetime before ${expiry}: the request asked for another one, or the right decision is not on the log; the likeliest is explained`,
  ];
}

function remarksOnUser(user: string, { count, searched, beginsLateMs }: FoundDecisions): string[] {
  if (count > 0) return [];
  return [
    `no decision for "${user}" (hash ${userHash(user)}): ${searched} decisions were looked through; --from looks further back`,
    ...(beginsLateMs === null ? [] : [`the log goes back only to ${instant(beginsLateMs)}`]),
  ];
}

function remarksOnNode(
  { node, atMs, withinMs }: { node: string; atMs: number; withinMs: number },
  { count, searched, beginsLateMs }: FoundDecisions,
): string[] {
  if (count > 0) return [];
  return [
    `nobody was sent to ${node} within ${withinMs / 1000} s of ${instant(atMs)}: ${searched} decisions were looked through; --within looks wider`,
    ...(beginsLateMs === null ? [] : [`the log goes back only to ${instant(beginsLateMs)}`]),
  ];
}

function matchOf({ record, atMs }: FoundDecision): Match {
  const { id, region, nodes, reason } = record;
  return { id, at: new Date(atMs).toISOString(), region, nodes, reason };
}

function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
