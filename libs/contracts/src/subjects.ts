import { TOKEN_PATTERN } from './token.js';

/** Every subject of the log; the stream captures exactly this. */
export const LOG_SUBJECTS = 'turn.v1.>';

/** Request–reply, outside the log: the same JSON as `POST /v1/ice-servers`. */
export const QUERY_ICE_SERVERS = 'turn.query.ice-servers';
export const ROUTER_QUEUE = 'router';

/** Request–reply: the active autoscaler puts a drain or undrain on the log for whoever may ask. */
export const QUERY_NODE_COMMAND = 'turn.query.node-command';
export const AUTOSCALER_QUEUE = 'autoscaler';

/** Request–reply: a new node gives a join token for its own secret and credentials. */
export const QUERY_ENROL = 'turn.query.enrol';
export const ENROL_QUEUE = 'enrol';

/** Filters for reading a part of the log. */
export const ISSUED_SUBJECTS = 'turn.v1.router.*.issued';
export const POLICY_SUBJECT = 'turn.v1.policy';

export const subjectOf = {
  heartbeat: (region: string, node: string) => join('node', region, node, 'heartbeat'),
  command: (region: string, node: string) => join('node', region, node, 'command'),
  overload: (region: string) => join('region', region, 'overload'),
  spillover: (region: string) => join('region', region, 'spillover'),
  scale: (region: string) => join('region', region, 'scale'),
  issued: (router: string) => join('router', router, 'issued'),
} as const;

/** Every node's heartbeats, and every node's commands. */
export const HEARTBEAT_SUBJECTS = 'turn.v1.node.*.*.heartbeat';
export const COMMAND_SUBJECTS = 'turn.v1.node.*.*.command';

/** Request–reply, outside the log: asks one reporter that allows it to add made-up load to its heartbeats. */
export const syntheticLoadSubject = (region: string, node: string): string =>
  `turn.synthetic.${checked([region, node])}`;
export const SYNTHETIC_LOAD_SUBJECTS = 'turn.synthetic.*.*';

export class InvalidTokenError extends Error {
  readonly code = 'invalid-token';
  constructor(token: string) {
    super(
      `"${token.slice(0, 80)}" cannot be part of a NATS subject: use 1 to 64 of the characters A-Z a-z 0-9 _ -`,
    );
    this.name = 'InvalidTokenError';
  }
}

const join = (...tokens: string[]): string => `turn.v1.${checked(tokens)}`;

function checked(tokens: readonly string[]): string {
  for (const token of tokens) if (!TOKEN_PATTERN.test(token)) throw new InvalidTokenError(token);
  return tokens.join('.');
}

export type NodeEventKind = 'heartbeat' | 'command';
export type RegionEventKind = 'overload' | 'spillover' | 'scale';

/** What a subject of the log says about its message before the payload is read. */
export type Address =
  | { kind: NodeEventKind; region: string; node: string }
  | { kind: RegionEventKind; region: string }
  | { kind: 'issued'; router: string }
  | { kind: 'policy' };

/** Scope, then two or three tokens. */
const SUBJECT_PATTERN = /^turn\.v1\.(node|region|router)\.([^.]+)\.([^.]+)(?:\.([^.]+))?$/;

/** Reads a subject of the log; `undefined` for one this version does not know. */
export function parseSubject(subject: string): Address | undefined {
  if (subject === POLICY_SUBJECT) return { kind: 'policy' };
  const [, scope, first, second, third] = SUBJECT_PATTERN.exec(subject) ?? [];
  if (!first || !second) return undefined;
  if (scope === 'node' && (third === 'heartbeat' || third === 'command')) {
    return { kind: third, region: first, node: second };
  }
  if (third !== undefined) return undefined;
  if (scope === 'region' && (second === 'overload' || second === 'spillover' || second === 'scale')) {
    return { kind: second, region: first };
  }
  if (scope === 'router' && second === 'issued') return { kind: 'issued', router: first };
  return undefined;
}
