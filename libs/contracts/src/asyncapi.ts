import { z } from 'zod';
import { commandSchema, overloadSchema, scaleSchema, spilloverSchema } from './control.js';
import { heartbeatSchema } from './heartbeat.js';
import { iceServersAnswerSchema, iceServersRequestSchema } from './ice-servers.js';
import { issuedSchema } from './issued.js';
import { policySchema } from './policy.js';
import { problemSchema } from './problem.js';
import { QUERY_ICE_SERVERS, ROUTER_QUEUE } from './subjects.js';
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

const QUERY_MESSAGES: Readonly<Record<string, z.ZodType>> = {
  iceServersRequest: iceServersRequestSchema,
  iceServersAnswer: iceServersAnswerSchema,
  problem: problemSchema,
};

/** The AsyncAPI 3.0 document of everything Spillway says on NATS. */
export function asyncApiDocument(): object {
  const schemas = Object.fromEntries(Object.entries(EVENTS).map(([name, { schema }]) => [name, schema]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Spillway on NATS',
      version: '1.0.0',
      description: 'The log (JetStream stream TURN_LOG, `turn.v1.>`) and the one request outside it.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      ...mapValues(EVENTS, logChannel),
      iceServersQuery: {
        address: QUERY_ICE_SERVERS,
        messages: references(Object.keys(QUERY_MESSAGES)),
        bindings: { nats: { bindingVersion: '0.1.0' } },
      },
    },
    operations: { ...operations(), queryIceServers: queryOperation() },
    components: {
      messages: mapValues({ ...schemas, ...QUERY_MESSAGES }, (schema, name) => ({
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

function queryOperation(): object {
  const channel = { $ref: '#/channels/iceServersQuery' };
  const message = (name: string) => ({ $ref: `#/channels/iceServersQuery/messages/${name}` });
  return {
    action: 'receive',
    channel,
    summary: 'Which relay? The header `authorization` carries the API key; a refusal is a problem document',
    messages: [message('iceServersRequest')],
    reply: { channel, messages: [message('iceServersAnswer'), message('problem')] },
    bindings: { nats: { queue: ROUTER_QUEUE, bindingVersion: '0.1.0' } },
  };
}

function references(names: string[]): object {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));
}

function mapValues<T>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => object): object {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
