import {
  decisionExplanationSchema,
  iceServersAnswerSchema,
  iceServersRequestSchema,
  nodeCommandAnswerSchema,
  problemSchema,
  PROBLEMS,
  SCALE_OUTCOMES,
  tokenSchema,
} from '@spillway/contracts';
import { z } from 'zod';
import { drainRequestSchema, undrainRequestSchema } from '../orders/order-request.js';

const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const object = (properties: Record<string, object>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});
const list = (items: object) => ({ type: 'array', items });
const string = { type: 'string' };
const number = { type: 'number' };
const orNull = (type: string) => ({ type: [type, 'null'] });

const statuses = [...new Set(Object.values(PROBLEMS))].filter((status) => status !== 500);
const problems = Object.fromEntries(
  statuses.map((status) => {
    const codes = Object.entries(PROBLEMS).filter(([, value]) => value === status);
    const description = codes.map(([code]) => `\`${code}\``).join(', ');
    return [status, { description, content: { 'application/problem+json': { schema: ref('Problem') } } }];
  }),
);

const counted = object({
  current: { ...number, description: 'Instances there were when it was made' },
  desired: { ...number, description: 'Instances there shall be' },
  steps: {
    ...object({ drain: number, undrain: number, terminate: number }),
    description: 'To how many nodes or instances it does what',
  },
  outcome: { enum: SCALE_OUTCOMES },
});
/** Which they are. */
const named = { ...list(string), description: 'Their ids, for keys with scope `admin` alone' };
const plan = {
  ...counted,
  properties: { ...counted.properties, drain: named, undrain: named, terminate: named },
};

const schemas = {
  IceServersRequest: z.toJSONSchema(iceServersRequestSchema, { io: 'input' }),
  IceServersAnswer: z.toJSONSchema(iceServersAnswerSchema),
  Problem: z.toJSONSchema(problemSchema),
  DrainRequest: z.toJSONSchema(drainRequestSchema, { io: 'input' }),
  UndrainRequest: z.toJSONSchema(undrainRequestSchema, { io: 'input' }),
  NodeCommandAnswer: z.toJSONSchema(nodeCommandAnswerSchema),
  DecisionExplanation: z.toJSONSchema(decisionExplanationSchema),
  Regions: object({
    position: { type: 'integer', description: 'Position in the log the view stands at' },
    link: { enum: ['up', 'down'] },
    policyRevision: orNull('string'),
    strategy: orNull('string'),
    regions: list(
      object({
        region: string,
        utilization: { ...orNull('number'), description: '0–1 and above; null when unknown' },
        demand: {
          ...orNull('number'),
          description: 'What its own clients would put there at no price, 0–1 and above; null when unknown',
        },
        usableNodes: number,
        nodes: number,
        priceMs: { ...number, description: 'What a place there costs, in ms of round-trip time' },
        overloaded: { type: 'boolean' },
        priceAgeSeconds: {
          ...orNull('number'),
          description: 'Since the autoscaler last said its part of the price; null when it never did',
        },
        plan: {
          description: 'The last of the autoscaler; null when there was none',
          oneOf: [plan, { type: 'null' }],
        },
      }),
    ),
  }),
  Nodes: object({
    nodes: list(
      object({
        nodeId: string,
        region: string,
        zone: orNull('string'),
        kind: string,
        state: { enum: ['starting', 'serving', 'draining', 'stopped'] },
        freshness: { enum: ['fresh', 'suspect', 'unknown'] },
        usable: { type: 'boolean' },
        drainOrdered: { type: 'boolean', description: 'It was told to drain, and the order stands' },
        synthetic: { type: 'boolean', description: 'Part of its load is made up, for a demonstration' },
        utilization: orNull('number'),
        reserved: object({ credentials: number, bandwidthBps: number, allocations: number }),
        load: { type: 'object' },
        capacity: { type: 'object' },
        software: { type: 'object' },
        lastSeenMsAgo: number,
      }),
    ),
  }),
};

const nodeId = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The node, by its id',
  schema: z.toJSONSchema(tokenSchema),
};

const decisionId = {
  name: 'id',
  in: 'path',
  required: true,
  description: '`placement.decisionId` of the answer',
  schema: string,
};

const orderPath = (command: 'drain' | 'undrain', summary: string) => ({
  parameters: [nodeId],
  post: {
    operationId: `${command}Node`,
    summary: `${summary} (scope \`admin\`)`,
    description: 'The autoscaler puts the order on the log; the node obeys it in its own time.',
    requestBody: { required: false, ...json(ref(command === 'drain' ? 'DrainRequest' : 'UndrainRequest')) },
    responses: { 202: { description: 'On the log', ...json(ref('NodeCommandAnswer')) }, ...problems },
  },
});

/** `GET /openapi.json`; the request and the answer come from the schemas that check them. */
export const openApiDocument = {
  openapi: '3.1.0',
  info: {
    title: 'Spillway router',
    version: '1.0.0',
    description: 'Which relay? Errors are RFC 9457 problem documents with a stable `code`.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  security: [{ apiKey: [] }],
  paths: {
    '/v1/ice-servers': {
      post: {
        operationId: 'getIceServers',
        summary: 'ICE servers for one client; the answer fits `new RTCPeerConnection(…)` as it is',
        description: 'Scope `issue`; the fields `clientIp` and `region.require` need `on-behalf`.',
        requestBody: { required: false, ...json(ref('IceServersRequest')) },
        responses: { 200: { description: 'Served', ...json(ref('IceServersAnswer')) }, ...problems },
      },
    },
    '/v1/regions': {
      get: {
        operationId: 'getRegions',
        summary: 'Every region as this router sees it (scope `issue`; with `admin`, plans name their nodes)',
        responses: { 200: { description: 'Regions', ...json(ref('Regions')) }, ...problems },
      },
    },
    '/v1/nodes/{id}/drain': orderPath('drain', 'Take a node out of service once its allocations have ended'),
    '/v1/nodes/{id}/undrain': orderPath('undrain', 'Take a node back into service'),
    '/v1/nodes': {
      get: {
        operationId: 'getNodes',
        summary: 'Every node as this router sees it (scope `admin`)',
        responses: { 200: { description: 'Nodes', ...json(ref('Nodes')) }, ...problems },
      },
    },
    '/v1/decisions/{id}': {
      parameters: [decisionId],
      get: {
        operationId: 'explainDecision',
        summary: 'Why a client got its node, by whatever router (scope `admin`)',
        description:
          'Found on the log and derived again from it, one at a time: seconds on a large fleet. ' +
          '410 when the log does not go back so far; 503 with `Retry-After` while others wait.',
        responses: { 200: { description: 'Why', ...json(ref('DecisionExplanation')) }, ...problems },
      },
    },
  },
  components: {
    schemas,
    securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } },
  },
};
