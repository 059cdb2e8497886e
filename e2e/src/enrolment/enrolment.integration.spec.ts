import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { iceServersAnswerSchema, subjectOf } from '@spillway/contracts';
import { allocate } from '@spillway/cli/turn-client';
import { aHeartbeat, describeWith } from '@spillway/testkit';
import { deriveNodeSecret, mintCredential } from '@spillway/turn';
import { Daemons, MASTER_SECRET, type Daemon } from '../nats/daemons.harness.js';
import { spillway } from '../nats/keyring.harness.js';
import type { ShippedNats } from '../nats/shipped-nats.harness.js';
import { Site } from '../nats/site.harness.js';
import { until } from '../until.js';
import { FieldNode } from './enrolled-node.harness.js';

jest.setTimeout(120_000);

const REGION = 'eu-central-1';
const REFUSED = 77;

describeWith(
  ['nats-server', 'turnserver', 'turnadmin', 'openssl'],
  'nodes that enrol, with NATS as it is shipped, a real router and a real coturn',
  () => {
    let site: Site;
    let server: ShippedNats;
    let daemons: Daemons;
    let router: Daemon;
    let enroller: Daemon;
    let node: FieldNode;
    let url: string;
    const nodes: FieldNode[] = [];

    const newToken = async (...options: string[]) =>
      (await spillwayKeys('token', 'create', '--region', REGION, ...options)).trim();
    const spillwayKeys = async (...args: string[]) => {
      const { exitCode, output } = await spillway(args, { SPILLWAY_KEYS: site.keyring.folder });
      expect([exitCode, output]).toEqual([0, output]);
      return output;
    };
    const newNode = (name: string) => {
      const { url: NATS_URL, caFile: NATS_CA } = server;
      const made = new FieldNode(join(site.root, name), { NATS_URL, NATS_CA });
      nodes.push(made);
      return made;
    };
    const startEnroller = async (env: Readonly<Record<string, string>> = {}) => {
      // Of all keys it has this one alone.
      const keys = join(site.root, 'enroller-keys');
      mkdirSync(join(keys, 'signers'), { recursive: true });
      for (const file of ['directory.json', 'signers/node.nk'])
        copyFileSync(join(site.keyring.folder, file), join(keys, file));
      enroller = await daemons.enroller(
        await site.access(server, 'enroller', `e${nextEnroller++}`),
        keys,
        env,
      );
      await until('the enroller is ready', 15_000, async () => enroller.isReady());
    };
    let nextEnroller = 1;
    const secretsOf = (of: FieldNode) =>
      JSON.parse(readFileSync(join(of.folder, 'turn-secrets.json'), 'utf8')) as {
        nodeId: string;
        secrets: { epoch: number; secret: string; saidAt: string | null }[];
      };
    const answer = async () => iceServersAnswerSchema.parse(await router.call('/v1/ice-servers', {}));
    const credentialOf = async () => {
      const [turn] = (await answer()).iceServers;
      return { username: turn?.username ?? '', credential: turn?.credential ?? '' };
    };

    beforeAll(async () => {
      site = await Site.create();
      server = await site.startServer();
      daemons = new Daemons(site.root);
      const operator = await site.access(server, 'operator', 'ops');
      const policy = join(site.root, 'policy.json');
      const regions = { [REGION]: {}, 'us-east-1': {} };
      writeFileSync(policy, JSON.stringify({ revision: '1', regions, defaultRegion: REGION }));
      for (const args of [['provision'], ['policy', 'apply', policy]]) {
        const { exitCode, output } = await spillway(args, operator);
        if (exitCode !== 0) throw new Error(output);
      }
      router = await daemons.router('r1', await site.access(server, 'router', 'r1'));
      await startEnroller();
      node = newNode('node-1');
    }, 120_000);
    afterAll(async () => {
      await daemons.stop();
      for (const each of nodes) await each.stop();
      await site.stop();
    });

    it('gives a machine with a join token all it needs to serve clients', async () => {
      const token = await newToken('--prefix', 'euc1');
      expect(await node.enrol(token, '--region', REGION, '--instance-id', 'i-0abc')).toMatchObject({
        exitCode: 0,
      });
      expect(await node.apply()).toMatchObject({ exitCode: 0 });
      url = await node.startRelay();
      const { nodeId } = secretsOf(node);
      expect(nodeId).toMatch(/^euc1-[a-z2-9]{10}$/);
      await daemons.reporter(REGION, nodeId, node.credentials, node.reporterEnvironment(url));
      await until(
        'clients are sent to it',
        30_000,
        async () => (await answer()).placement.nodes[0] === nodeId,
      );
      const allocation = await allocate(url, await credentialOf());
      await allocation.permit('8.8.8.8');
      await allocation.release();
      expect(node.log).not.toMatch(/bad configuration format|deprecat/i);
    });

    it('takes no token a second time, and gives who has it already the same again', async () => {
      const token = await newToken();
      const [first, second] = [newNode('first'), newNode('second')];
      expect(await first.enrol(token)).toMatchObject({ exitCode: 0 });
      expect(await second.enrol(token)).toMatchObject({
        exitCode: REFUSED,
        output: expect.stringMatching(/^spillway: the join token was used by another node/),
      });
      expect(await first.enrol('')).toMatchObject({
        exitCode: 0,
        output: expect.stringMatching(/^enrolled before/),
      });
      expect([...second.files().keys()]).toEqual([join(second.folder, 'enrolling.nk')]);
    });

    it('lets one token serve a group, as large as it says', async () => {
      const token = await newToken('--uses', '3');
      const group = [1, 2, 3, 4].map((n) => newNode(`group-${n}`));
      const ended = await Promise.all(group.map((each) => each.enrol(token)));
      expect(ended.filter(({ exitCode }) => exitCode === REFUSED)).toHaveLength(1);
      const enrolled = group.filter((_, i) => ended[i]?.exitCode === 0).map((each) => secretsOf(each).nodeId);
      expect(new Set(enrolled).size).toBe(3);
    });

    it('says what is wrong with a token that it does not take', async () => {
      const refused = newNode('refused');
      const cases: [string, string[], RegExp][] = [
        [await newToken(), ['--region', 'us-east-1'], /for eu-central-1, and the node is in us-east-1/],
        [await newToken('--ttl', '1s'), [], /the join token is over/],
        [(await newToken()).slice(0, -1), [], /SPILLWAY_JOIN_TOKEN holds no join token/],
      ];
      await until('a second is over', 5_000, oneIsOver);
      for (const [token, options, output] of cases)
        expect(await refused.enrol(token, ...options)).toMatchObject({
          exitCode: REFUSED,
          output: expect.stringMatching(output),
        });
    });
    const oneIsOver = async () => /^expired {1,2}join\./m.test(await site.keyring.keys(['list']));

    it('takes none that was taken back', async () => {
      const token = await newToken();
      const [name = ''] = (await site.keyring.keys(['list'])).match(/join\.\w+(?=.*\n$)/) ?? [];
      await site.keyring.keys(['revoke', name]);
      await site.keyring.keys(['push'], { NATS_URL: server.url, NATS_CA: server.caFile });
      const { exitCode, output } = await newNode('revoked').enrol(token, '--wait', '2s');
      expect([exitCode, output]).toEqual([
        REFUSED,
        expect.stringMatching(/NATS does not take the join token/),
      ]);
    });

    it('leaves no other secret than its own on a node, readable for its owner alone', () => {
      const { secrets } = secretsOf(node);
      const system = [MASTER_SECRET, ...['operator', 'system', 'signers/node', 'signers/join'].map(seedOf)];
      for (const [path, content] of node.files()) {
        for (const secret of system) expect([path, content.includes(secret)]).toEqual([path, false]);
        const own = secrets.some(({ secret }) => content.includes(secret)) || content.includes('SEED');
        // Coturn may be in the group of its database.
        const others = path.endsWith('.sqlite') ? 0o007 : 0o077;
        if (own) expect([path, statSync(path).mode & others]).toEqual([path, 0]);
      }
      expect(secrets[0]?.secret).toBe(deriveNodeSecret(MASTER_SECRET, secretsOf(node).nodeId, 1));
      for (const secret of [...system, ...secrets.map(({ secret }) => secret), seedIn(node)]) {
        expect(daemons.output).not.toContain(secret);
        expect(node.output).not.toContain(secret);
        expect(server.log).not.toContain(secret);
      }
    });
    const seedOf = (name: string) => readFileSync(join(site.keyring.folder, `${name}.nk`), 'utf8').trim();
    const seedIn = (of: FieldNode) =>
      /SU[A-Z2-7]{56}/.exec(readFileSync(join(of.folder, 'nats.creds'), 'utf8'))?.[0] ?? '';

    it('does not let a node speak for another, nor read or write the state', async () => {
      const { bus, said } = await site.connected(node.credentials);
      const other = subjectOf.heartbeat(REGION, 'euc1-other');
      const forbidden = [other, '$KV.SPILLWAY_STATE.enrolled.x', subjectOf.command(REGION, 'euc1-other')];
      for (const subject of forbidden)
        bus.publish(subject, aHeartbeat({ region: REGION, nodeId: 'euc1-other' }));
      const refused = await until('NATS refuses all of it', 10_000, async () => {
        const told = forbidden.filter((subject) =>
          said.some((line) => line.includes(`Permissions Violation for Publish to "${subject}"`)),
        );
        return told.length === forbidden.length && told;
      });
      expect(refused).toEqual(forbidden);
    });

    it('replaces the secrets of all nodes by raising the epoch, and none is refused', async () => {
      const { nodeId } = secretsOf(node);
      const old = await credentialOf();
      enroller.process.signal('SIGTERM');
      await enroller.process.ended;
      await startEnroller({ SECRET_EPOCH: '2' });
      expect(await node.renew()).toMatchObject({
        exitCode: 0,
        output: expect.stringMatching(/epoch 2, beside/),
      });
      expect(await node.apply()).toMatchObject({ exitCode: 0 });
      const fresh = await until('routers sign with the new secret', 15_000, async () => {
        const credential = await credentialOf();
        const [expiry = '', user = ''] = credential.username.split(':');
        const expected = mintCredential(deriveNodeSecret(MASTER_SECRET, nodeId, 2), user, Number(expiry));
        return credential.credential === expected.credential && credential;
      });
      for (const credential of [old, fresh]) await (await allocate(url, credential)).release();
      // A day later, as far as the node can tell.
      const file = join(node.folder, 'turn-secrets.json');
      const list = secretsOf(node);
      const longAgo = new Date(Date.now() - 2 * 86_400_000).toISOString();
      list.secrets[0]!.saidAt = longAgo;
      writeFileSync(file, JSON.stringify(list));
      expect(await node.apply()).toMatchObject({ exitCode: 0, output: expect.not.stringMatching(/beside/) });
      expect(secretsOf(node).secrets).toHaveLength(1);
      await expect(allocate(url, old)).rejects.toMatchObject({ stunCode: 401 });
      await (await allocate(url, fresh)).release();
    });

    it('cuts a node off whose key is taken back, and renews nothing for it', async () => {
      const gone = newNode('gone');
      await gone.enrol(await newToken());
      const { bus } = await site.connected(gone.credentials);
      const { nodeId } = secretsOf(gone);
      const [, key = ''] = new RegExp(`enrolled .*/${nodeId}, .*(U[A-Z2-7]{55})`).exec(daemons.output) ?? [];
      await site.keyring.keys(['revoke', `node.${REGION}.${nodeId}`, '--key', key]);
      await site.keyring.keys(['push'], { NATS_URL: server.url, NATS_CA: server.caFile });
      await until('it is cut off', 10_000, async () => bus.link === 'down');
      expect(await gone.renew('2s')).toMatchObject({
        exitCode: REFUSED,
        output: expect.stringMatching(/NATS does not take .*nats\.creds/),
      });
    });

    it('counts what it did', async () => {
      const metrics = await (await fetch(`${enroller.url}/metrics`)).text();
      expect(metrics).toMatch(/^spillway_enrolments_total\{outcome="renewed"\} 1$/m);
      expect(server.log.split('\n').filter((line) => /Violation.*enroller/.test(line))).toEqual([]);
    });
  },
);
