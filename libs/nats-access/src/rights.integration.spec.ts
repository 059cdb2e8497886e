import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '@spillway/testkit';
import type { Identity, Role } from './roles.js';
import { startSecuredNats, type SecuredNats, type User } from './secured-nats.harness.js';

jest.setTimeout(30_000);

const A: Identity = { role: 'node', id: ['eu-1', 'A1'] };
const router: Identity = { role: 'router', id: ['r1'] };
const autoscaler: Identity = { role: 'autoscaler', id: ['s1'] };
const operator: Identity = { role: 'operator', id: ['ops'] };
const client: Identity = { role: 'client', id: ['signaling'] };
const enroller: Identity = { role: 'enroller', id: ['e1'] };
const join: Identity = { role: 'join', id: ['j1'] };

/** All of the log, the state, the questions and what JetStream can be told. */
const SUBJECTS = {
  'its heartbeat': 'turn.v1.node.eu-1.A1.heartbeat',
  "another node's heartbeat": 'turn.v1.node.eu-1.B1.heartbeat',
  'its heartbeat elsewhere': 'turn.v1.node.us-1.A1.heartbeat',
  'a command': 'turn.v1.node.eu-1.A1.command',
  'its batch': 'turn.v1.router.r1.issued',
  "another router's batch": 'turn.v1.router.r2.issued',
  'a price': 'turn.v1.region.eu-1.spillover',
  'an overload': 'turn.v1.region.eu-1.overload',
  'a plan': 'turn.v1.region.eu-1.scale',
  'the policy': 'turn.v1.policy',
  'the stored policy': '$KV.SPILLWAY_STATE.policy',
  'a stored region': '$KV.SPILLWAY_STATE.region.eu-1',
  'the lease': '$KV.SPILLWAY_STATE.autoscaler.lease',
  'an enrolment': '$KV.SPILLWAY_STATE.enrolled.j1',
  'asking for ICE servers': 'turn.query.ice-servers',
  'asking for a command': 'turn.query.node-command',
  'asking to enrol': 'turn.query.enrol',
  'asking for load': 'turn.synthetic.eu-1.A1',
  'reading the log': '$JS.API.STREAM.MSG.GET.TURN_LOG',
  'following the log': '$JS.API.CONSUMER.CREATE.TURN_LOG',
  'pulling the log': '$JS.API.CONSUMER.MSG.NEXT.TURN_LOG.c',
  'raw messages of the log': '$JS.API.DIRECT.GET.TURN_LOG',
  'reading the state': '$JS.API.STREAM.MSG.GET.KV_SPILLWAY_STATE',
  'creating the log': '$JS.API.STREAM.CREATE.TURN_LOG',
  'changing the log': '$JS.API.STREAM.UPDATE.TURN_LOG',
  'purging the log': '$JS.API.STREAM.PURGE.TURN_LOG',
  'deleting the log': '$JS.API.STREAM.DELETE.TURN_LOG',
  'deleting a message': '$JS.API.STREAM.MSG.DELETE.TURN_LOG',
  'another stream': '$JS.API.STREAM.CREATE.MINE',
  "somebody else's inbox": '_INBOX.operator.ops.x',
} as const;
type Subject = keyof typeof SUBJECTS;

const MAY: readonly (readonly [Identity, readonly Subject[]])[] = [
  [A, ['its heartbeat', 'reading the log', 'asking to enrol']],
  [
    router,
    [
      'its batch',
      'asking for a command',
      'reading the log',
      'following the log',
      // It explains decisions.
      'pulling the log',
      'reading the state',
      'creating the log',
    ],
  ],
  [
    autoscaler,
    [
      // Of any node: it speaks to all of them.
      'a command',
      'a price',
      'an overload',
      'a plan',
      'the policy',
      'a stored region',
      'the lease',
      'reading the log',
      'following the log',
      'reading the state',
      'creating the log',
    ],
  ],
  [
    operator,
    [
      'the policy',
      'the stored policy',
      'asking for ICE servers',
      'asking for a command',
      'asking for load',
      'reading the log',
      'following the log',
      'pulling the log',
      'reading the state',
      'creating the log',
      'changing the log',
    ],
  ],
  [client, ['asking for ICE servers']],
  [enroller, ['an enrolment', 'reading the state']],
  [join, ['asking to enrol']],
];

const HEARS = {
  'its commands': 'turn.v1.node.eu-1.A1.command',
  'its heartbeats': 'turn.v1.node.eu-1.A1.heartbeat',
  'demands of made-up load': 'turn.synthetic.eu-1.A1',
  "another node's commands": 'turn.v1.node.eu-1.B1.command',
  'the whole log': 'turn.v1.>',
  everything: '>',
  'questions for ICE servers': 'turn.query.ice-servers',
  'questions for a command': 'turn.query.node-command',
  'questions to enrol': 'turn.query.enrol',
  'the state': '$KV.SPILLWAY_STATE.>',
  'all answers': '_INBOX.>',
  "another's answers": '_INBOX.operator.other.>',
} as const;

const HEARD: Readonly<Partial<Record<Role, readonly string[]>>> = {
  node: ['its commands', 'its heartbeats', 'demands of made-up load'],
  router: ['questions for ICE servers'],
  autoscaler: ['questions for a command'],
  enroller: ['questions to enrol'],
};

describeWith(['nats-server'], 'the rights of each role, on a real server', () => {
  let nats: SecuredNats;
  beforeAll(async () => {
    nats = await startSecuredNats();
  });
  afterAll(() => nats.stop());

  it.each(MAY.map(([identity, may]) => [identity.role, identity, may] as const))(
    'the %s may publish what it needs and nothing else',
    async (_role, identity, may) => {
      const user = await nats.connect(identity);
      const taken: string[] = [];
      for (const [what, subject] of Object.entries(SUBJECTS)) {
        if (await user.mayPublish(subject)) taken.push(what);
      }
      expect(taken.sort()).toEqual([...may].sort());
    },
  );

  it.each(MAY.map(([identity]) => [identity.role, identity] as const))(
    'the %s hears what is for it and nothing else',
    async (role, identity) => {
      const user = await nats.connect(identity);
      const heard: string[] = [];
      for (const [what, subject] of Object.entries(HEARS)) if (await user.mayHear(subject)) heard.push(what);
      expect(heard).toEqual(HEARD[role] ?? []);
      const own = `_INBOX.${[identity.role, ...identity.id].join('.')}.x`;
      expect(await user.mayHear(own)).toBe(true);
    },
  );
});

/** JetStream and whoever answers can be asked to send their answer anywhere, in their own name. */
describeWith(['nats-server'], 'a node that was broken into', () => {
  const KEY = '$KV.SPILLWAY_STATE.policy';
  const OTHER = 'turn.v1.node.eu-1.B1.heartbeat';
  let nats: SecuredNats;
  let control: User;
  let node: User;

  beforeAll(async () => {
    nats = await startSecuredNats();
    control = await nats.connect(operator);
    node = await nats.connect(A);
    await create('TURN_LOG', ['turn.v1.>']);
    await create('KV_SPILLWAY_STATE', ['$KV.SPILLWAY_STATE.>']);
    await control.connection.request(KEY, 'the policy');
    await node.mayPublish('turn.v1.node.eu-1.A1.heartbeat', { payload: '{"nodeId":"B1"}' });
  });
  afterAll(() => nats.stop());

  const ask = async (request: string, payload: object) => {
    const answer = await control.connection.request(`$JS.API.STREAM.${request}`, JSON.stringify(payload));
    const json = answer.json<{ error?: { description: string } }>();
    if (json.error) throw new Error(json.error.description);
    return json;
  };
  const create = (name: string, subjects: string[]) =>
    ask(`CREATE.${name}`, {
      name,
      subjects,
      storage: 'memory',
      retention: 'limits',
      num_replicas: 1,
      allow_direct: true,
    });
  const last = async (stream: string, subject: string) => {
    const { message } = (await ask(`MSG.GET.${stream}`, { last_by_subj: subject })) as {
      message?: { data: string };
    };
    return message && Buffer.from(message.data, 'base64').toString();
  };
  const OWN = JSON.stringify({ last_by_subj: 'turn.v1.node.eu-1.A1.heartbeat' });

  it('can read the log', async () => {
    const answer = await node.connection.request('$JS.API.STREAM.MSG.GET.TURN_LOG', OWN);
    expect(answer.json()).toMatchObject({ message: { subject: 'turn.v1.node.eu-1.A1.heartbeat' } });
  });

  it.each([
    ['the state', KEY],
    ["another node's heartbeats", OTHER],
    ['the policy', 'turn.v1.policy'],
    ['commands', 'turn.v1.node.eu-1.B1.command'],
    ['orders to the autoscaler', 'turn.query.node-command'],
  ])('cannot have the answer sent to %s', async (_what, reply) => {
    const asked: string[] = [];
    const responder = await nats.connect(autoscaler);
    responder.connection.subscribe('turn.query.node-command', {
      queue: 'autoscaler',
      callback: (_error, { data }) => void asked.push(new TextDecoder().decode(data)),
    });
    await responder.connection.flush();
    expect(await node.mayPublish('$JS.API.STREAM.MSG.GET.TURN_LOG', { reply, payload: OWN })).toBe(true);
    // What is answered later is answered after it.
    await node.connection.request('$JS.API.STREAM.MSG.GET.TURN_LOG', OWN);
    await responder.connection.flush();
    expect(asked).toEqual([]);
    expect(await last('KV_SPILLWAY_STATE', KEY)).toBe('the policy');
    for (const subject of [OTHER, 'turn.v1.policy', 'turn.v1.node.eu-1.B1.command']) {
      await expect(last('TURN_LOG', subject)).rejects.toThrow('no message found');
    }
  });
});
