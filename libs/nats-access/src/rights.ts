import type { UserPermissionsLimits } from '@nats-io/jwt';
import {
  AUTOSCALER_LEASE_KEY,
  COMMAND_SUBJECTS,
  HEARTBEAT_SUBJECTS,
  LOG_STREAM,
  POLICY_KEY,
  POLICY_SUBJECT,
  QUERY_ENROL,
  QUERY_ICE_SERVERS,
  QUERY_NODE_COMMAND,
  regionControlKey,
  SHADOW_POLICY_KEY,
  STATE_BUCKET,
  SYNTHETIC_LOAD_SUBJECTS,
} from '@spillway/contracts';
import type { Role } from './roles.js';

const api = (request: string) => `$JS.API.${request}`;
const STATE_STREAM = `KV_${STATE_BUCKET}`;
const stateKey = (key: string) => `$KV.${STATE_BUCKET}.${key}`;

/** What a request for a message of the log is called in the account of the nodes. */
export const NODES_GET_MESSAGE = 'turn.query.log';
export const GET_MESSAGE = api(`STREAM.MSG.GET.${LOG_STREAM}`);

/** The server fills in the braces from the credentials (nats-server ≥ 2.9). */
const INBOX = '_INBOX.{{name()}}.>';
const ID = '{{tag(id)}}';
const OWN = '{{tag(region)}}.{{tag(node)}}';

const FOLLOW_LOG = [
  GET_MESSAGE,
  api(`STREAM.INFO.${LOG_STREAM}`),
  api(`CONSUMER.CREATE.${LOG_STREAM}`),
  api(`CONSUMER.CREATE.${LOG_STREAM}.>`),
  `$JS.FC.${LOG_STREAM}.>`,
];
const READ_LOG = [
  ...FOLLOW_LOG,
  api(`CONSUMER.MSG.NEXT.${LOG_STREAM}.>`),
  api(`CONSUMER.DELETE.${LOG_STREAM}.>`),
];
const READ_STATE = [api(`STREAM.INFO.${STATE_STREAM}`), api(`STREAM.MSG.GET.${STATE_STREAM}`)];
/** What is there already is not changed by it. */
const CREATE_STREAMS = [
  api('INFO'),
  api(`STREAM.CREATE.${LOG_STREAM}`),
  api(`STREAM.CREATE.${STATE_STREAM}`),
];
const UPDATE_STREAMS = [api(`STREAM.UPDATE.${LOG_STREAM}`), api(`STREAM.UPDATE.${STATE_STREAM}`)];

/** Answers may be given to whoever asked, one each. */
const ANSWERS = { max: 1, ttl: 60_000_000_000 };

interface Rights {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  readonly answers?: true;
  /** Bytes of one message, and subscriptions at a time; not limited unless given. */
  readonly limits?: { readonly payload: number; readonly subs: number };
}

/**
 * Whatever is not here is forbidden. Queue groups are not named: the server drops those in a list with braces
 * (nats-server 2.9.10).
 */
const RIGHTS: Readonly<Record<Role, Rights>> = {
  router: {
    publish: [
      `turn.v1.router.${ID}.issued`,
      QUERY_NODE_COMMAND,
      ...READ_LOG,
      ...READ_STATE,
      ...CREATE_STREAMS,
    ],
    subscribe: [INBOX, QUERY_ICE_SERVERS],
    answers: true,
  },
  autoscaler: {
    publish: [
      'turn.v1.region.*.overload',
      'turn.v1.region.*.spillover',
      'turn.v1.region.*.scale',
      COMMAND_SUBJECTS,
      POLICY_SUBJECT,
      stateKey(regionControlKey('*')),
      stateKey(AUTOSCALER_LEASE_KEY),
      ...FOLLOW_LOG,
      ...READ_STATE,
      ...CREATE_STREAMS,
    ],
    subscribe: [INBOX, QUERY_NODE_COMMAND],
    answers: true,
  },
  operator: {
    publish: [
      POLICY_SUBJECT,
      stateKey(POLICY_KEY),
      stateKey(SHADOW_POLICY_KEY),
      QUERY_ICE_SERVERS,
      QUERY_NODE_COMMAND,
      SYNTHETIC_LOAD_SUBJECTS,
      ...READ_LOG,
      ...READ_STATE,
      ...CREATE_STREAMS,
      ...UPDATE_STREAMS,
    ],
    subscribe: [INBOX],
  },
  client: { publish: [QUERY_ICE_SERVERS], subscribe: [INBOX] },
  enroller: {
    publish: [stateKey('enrolled.>'), ...READ_STATE],
    subscribe: [INBOX, QUERY_ENROL],
    answers: true,
  },
  node: {
    publish: [`turn.v1.node.${OWN}.heartbeat`, NODES_GET_MESSAGE, QUERY_ENROL],
    subscribe: [
      INBOX,
      `turn.v1.node.${OWN}.command`,
      `turn.v1.node.${OWN}.heartbeat`,
      `turn.synthetic.${OWN}`,
    ],
    answers: true,
    limits: { payload: 65_536, subs: 16 },
  },
  join: { publish: [QUERY_ENROL], subscribe: [INBOX], limits: { payload: 65_536, subs: 4 } },
  /** Wider than one region: a server asks for whole subjects, not for what its clients ask of it. */
  leaf: {
    publish: [HEARTBEAT_SUBJECTS, NODES_GET_MESSAGE, QUERY_ENROL, '_INBOX.>', '_R_.>'],
    subscribe: [COMMAND_SUBJECTS, HEARTBEAT_SUBJECTS, SYNTHETIC_LOAD_SUBJECTS, '_INBOX.>', '_R_.>'],
  },
};

/** What the account says of everybody with this role. */
export function templateOf(role: Role): Partial<UserPermissionsLimits> {
  const { publish, subscribe, answers, limits } = RIGHTS[role];
  return {
    pub: { allow: [...publish] },
    sub: { allow: [...subscribe] },
    ...(answers && { resp: ANSWERS }),
    data: -1,
    payload: limits?.payload ?? -1,
    subs: limits?.subs ?? -1,
  };
}
