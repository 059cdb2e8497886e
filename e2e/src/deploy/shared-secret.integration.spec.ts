import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { allocate, AllocationRefusedError } from '@spillway/cli/turn-client';
import { describeWith } from '@spillway/testkit';
import { deriveNodeSecret, mintCredential, type TurnCredential } from '@spillway/turn';
import { spillway } from '../nats/keyring.harness.js';
import { Relay } from '../rotation/relay.harness.js';
import { until } from '../until.js';
import { missing, readShipped } from './shipped.harness.js';

const MASTER = 'a-master-secret-for-this-spec';
const guide = readShipped('docs/geo-dns.md');
/** The lines of the guide that begin like this, as a shell takes them. */
const linesOf = (beginning: string) =>
  [...guide.matchAll(/```sh\n([^`]+)```/g)]
    .map(([, lines = '']) => lines)
    .find((lines) => lines.startsWith(beginning)) ?? missing(beginning);

describeWith(
  ['turnserver', 'turnadmin', 'openssl'],
  'a secret of several nodes, as docs/geo-dns.md has it',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-geo-dns-'));
    const relays = new Map<string, Relay>();
    let shared = '';

    /** A shell of the node, where the database of its coturn is. */
    const shell = (node: string, script: string) =>
      execFileSync('bash', ['-ec', script.replace('/var/lib/coturn', join(folder, node))], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${process.env['PATH']}:/usr/local/sbin:/usr/sbin`, SECRET: shared },
      });
    /** `relayed`, or the STUN code of the refusal. */
    const call = async (node: string, credential: TurnCredential) => {
      const uri = `turn:127.0.0.1:${relays.get(node)?.port}?transport=udp`;
      try {
        await (await allocate(uri, credential)).release();
        return 'relayed';
      } catch (error) {
        if (error instanceof AllocationRefusedError) return error.stunCode;
        throw error;
      }
    };
    const ownOf = (node: string) =>
      mintCredential(deriveNodeSecret(MASTER, node, 1), 'alice', Math.floor(Date.now() / 1000) + 600);

    beforeAll(async () => {
      const rendered = await spillway(['render', 'secret', '--node', 'geo-dns'], {
        TURN_MASTER_SECRET: MASTER,
      });
      shared = rendered.output.trim();
      await Promise.all(
        ['a', 'b'].map(async (node) => {
          mkdirSync(join(folder, node));
          relays.set(node, await Relay.start(join(folder, node), node, MASTER));
          shell(node, linesOf('turnadmin'));
          await until(`${node} relays`, 30_000, async () => (await call(node, ownOf(node))) === 'relayed');
        }),
      );
    }, 60_000);
    afterAll(async () => {
      for (const relay of relays.values()) await relay.stop();
      rmSync(folder, { recursive: true });
    });

    it('is good for a credential that works on each of them', async () => {
      const [username = '', credential = ''] = shell(
        'a',
        `${linesOf('USERNAME')}\necho $USERNAME $CREDENTIAL`,
      )
        .trim()
        .split(' ');
      expect(username).toMatch(/^\d{10}:fallback$/);
      expect(await call('a', { username, credential })).toBe('relayed');
      expect(await call('b', { username, credential })).toBe('relayed');
    });

    it('leaves a credential of one node no good on another', async () => {
      expect(await call('a', ownOf('a'))).toBe('relayed');
      expect(await call('b', ownOf('a'))).toBe(401);
    });
  },
);
