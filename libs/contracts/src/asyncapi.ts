import { z } from 'zod';
import {
  commandSchema,
  nodeCommandAnswerSchema,
  nodeCommandRequestSchema,
  overloadSchema,
  scaleSchema,
  spilloverSchema,
} from './control.js';
import { heartbeatSchema } from './heartbeat.js';
import { iceServersAnswerSchema, iceServersRequestSchema } from './ice-servers.js';
import { issuedSchema } from './issued.js';
import { policySchema } from './policy.js';
import { problemSchema } from './problem.js';
import { AUTOSCALER_QUEUE, QUERY_ICE_SERVERS, QUERY_NODE_COMMAND, ROUTER_QUEUE } from './subjects.js';
import { TOKEN_PATTERN } from './token.js';

type Publisher = 'reporter' | 'router' | 'autoscaler' | 'cli';

interface Described {
  readonly address: string;
  readonly schema: z.ZodType;
  readonly publishers: readonly Publisher[];
  readonly summary: string;
}

/** Every subject of the log: the same schemas that check what is read from it. */
const EVENTS: Readonly<Record<string, Described>> = {
  heartbeat: {
    address: 'turn.v1.node.{region}.{node}.heartbeat',
    schema: heartbeatSchema,
    publishers: ['reporter'],
    summary: 'A node as it sees itself, every interval and at once on a marked change; fire and forget',
  },
  command: {
    address: 'turn.v1.node.{region}.{node}.command',
    schema: commandSchema,
    publishers: ['autoscaler'],
    summary: 'An order to one instance of a node',
  },
  overload: {
    address: 'turn.v1.region.{region}.overload',
    schema: overloadSchema,
    publishers: ['autoscaler'],
    summary: 'A region went over its threshold and stayed there, or came back',
  },
  spillover: {
    address: 'turn.v1.region.{region}.spillover',
    schema: spilloverSchema,
    publishers: ['autoscaler'],
    summary: 'What a place in a region costs, in milliseconds',
  },
  scale: {
    address: 'turn.v1.region.{region}.scale',
    schema: scaleSchema,
    publishers: ['autoscaler'],
    summary: 'A plan for the size of a region, its reasons and its outcome',
  },
  issued: {
    address: 'turn.v1.router.{router}.issued',
    schema: issuedSchema,
    publishers: ['router'],
    summary: 'What a router issued since its last batch; an empty batch is its sign of life',
  },
  policy: {
    address: 'turn.v1.policy',
    schema: policySchema,
    publishers: ['cli', 'autoscaler'],
    summary: 'The policy in force, whole',
  },
};

interface Query {
  readonly address: string;
  readonly queue: string;
  readonly summary: string;
  readonly request: z.ZodType;
  readonly answer: z.ZodType;
}

/** Requests outside the log; a refusal is a `problem`. */
const QUERIES: Readonly<Record<string, Query>> = {
  iceServers: {
    address: QUERY_ICE_SERVERS,
    queue: ROUTER_QUEUE,
    summary: 'Which relay? The header `authorization` carries the API key; a refusal is a problem document',
    request: iceServersRequestSchema,
    answer: iceServersAnswerSchema,
  },
  nodeCommand: {
    address: QUERY_NODE_COMMAND,
    queue: AUTOSCALER_QUEUE,
    summary: 'Drain a node, or take it back: the active autoscaler puts the command on the log',
    request: nodeCommandRequestSchema,
    answer: nodeCommandAnswerSchema,
  },
};

/** The AsyncAPI 3.0 document of everything Spillway says on NATS. */
export function asyncApiDocument(): object {
  const schemas = Object.fromEntries(Object.entries(EVENTS).map(([name, { schema }]) => [name, schema]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Spillway on NATS',
      version: '1.0.0',
      description: 'The log (JetStream stream TURN_LOG, `turn.v1.>`) and the requests outside it.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      ...mapValues(EVENTS, logChannel),
      ...mapKeys(QUERIES, queryChannel, (name) => `${name}Query`),
    },
    operations: {
      ...operations(),
      ...mapKeys(QUERIES, queryOperation, (name) => `query${capitalised(name)}`),
    },
    components: {
      messages: mapValues({ ...schemas, ...queryMessages(), problem: problemSchema }, (schema, name) => ({
        name,
        payload: z.toJSONSchema(schema, { io: 'input' }),
      })),
    },
  };
}

function logChannel({ address, summary }: Described, name: string): object {
  const tokens = [...address.matchAll(/\{(\w+)\}/g)].map(([, token = '']) => token);
  const parameter = (token: string) => [token, { description: `${token} id, ${TOKEN_PATTERN.source}` }];
  return {
    address,
    summary,
    messages: references([name]),
    ...(tokens.length > 0 && { parameters: Object.fromEntries(tokens.map(parameter)) }),
  };
}

function operations(): object {
  const sends = Object.entries(EVENTS).flatMap(([name, { publishers, summary }]) =>
    publishers.map((publisher) => {
      const channel = { $ref: `#/channels/${name}` };
      return [`${publisher}Publishes${capitalised(name)}`, { action: 'send', channel, summary }];
    }),
  );
  return Object.fromEntries(sends) as object;
}

function queryMessages(): Record<string, z.ZodType> {
  const pairs = Object.entries(QUERIES).flatMap(([name, { request, answer }]) => [
    [`${name}Request`, request] as const,
    [`${name}Answer`, answer] as const,
  ]);
  return Object.fromEntries(pairs);
}

function queryChannel({ address }: Query, name: string): object {
  return {
    address,
    messages: references([`${name}Request`, `${name}Answer`, 'problem']),
    bindings: { nats: { bindingVersion: '0.1.0' } },
  };
}

function queryOperation({ queue, summary }: Query, name: string): object {
  const channel = { $ref: `#/channels/${name}Query` };
  const message = (suffix: string) => ({ $ref: `#/channels/${name}Query/messages/${suffix}` });
  return {
    action: 'receive',
    channel,
    summary,
    messages: [message(`${name}Request`)],
    reply: { channel, messages: [message(`${name}Answer`), message('problem')] },
    bindings: { nats: { queue, bindingVersion: '0.1.0' } },
  };
}

function references(names: string[]): object {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));
}

function mapValues<T>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => object): object {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

function mapKeys<T>(
  record: Readonly<Record<string, T>>,
  map: (value: T, name: string) => object,
  rename: (name: string) => string,
): object {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [rename(name), map(value, name)]));
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
