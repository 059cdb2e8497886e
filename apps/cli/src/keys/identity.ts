import { TOKEN_PATTERN } from '@spillway/contracts';
import type { Identity, Role } from '@spillway/nats-access';
import { InvalidArgumentError } from 'commander';

/** What stands behind `spillway keys <role>`, for each that an operator makes by hand. */
export const ROLE_COMMANDS = {
  router: { argument: '<id>', what: 'for a router, whose ROUTER_ID this must be' },
  autoscaler: { argument: '<id>', what: 'for an autoscaler' },
  operator: { argument: '<name>', what: 'for somebody at the command line: policy, drain, load, provision' },
  client: { argument: '<name>', what: 'for a signaling server that asks for ICE servers over NATS' },
  enroller: { argument: '<id>', what: 'for an enroller' },
  node: { argument: '<region/node>', what: "for the reporter of one node, by the node's region and id" },
  leaf: { argument: '<name>', what: 'for a NATS server at the edge, to reach those in the centre' },
} as const satisfies Partial<Record<Role, { argument: string; what: string }>>;

/** @throws {InvalidArgumentError} */
export function parseIdentity(role: keyof typeof ROLE_COMMANDS, text: string): Identity {
  const id = role === 'node' ? text.split('/') : [text];
  if (role === 'node' && id.length !== 2)
    throw new InvalidArgumentError('It must be a region and a node, such as eu-central-1/a1.');
  const wrong = id.find((token) => !TOKEN_PATTERN.test(token));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`"${wrong}" must be 1 to 64 of the characters A-Z a-z 0-9 _ -`);
  return { role, id };
}

/** `<role>.<id>`, as in the list of what was issued. @throws {InvalidArgumentError} */
export function parseName(text: string): string {
  if (/^[a-z]+(\.[A-Za-z0-9_-]+){1,2}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a name such as router.r1 or node.eu-central-1.a1.');
}
