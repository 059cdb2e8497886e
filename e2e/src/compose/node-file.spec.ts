import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { describeWith } from '@spillway/testkit';
import { parse } from 'yaml';
import { z } from 'zod';
import { ComposedSystem } from './compose.harness.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const all = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].flatMap(([, name = '']) => name)),
];

const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      user: z.string(),
      entrypoint: z.array(z.string()),
      command: z.array(z.string()).nullish(),
      environment: z.record(z.string(), z.unknown()).default({}),
      volumes: z.array(z.string()),
    }),
  ),
});

describeWith(['docker-compose'], 'deploy/compose/node.yaml', () => {
  const settings = { NATS_URL: 'tls://nats.example.org:4222', REGION: 'eu-central-1' };
  const config = async (...more: string[]) => {
    const node = new ComposedSystem('spillway-spec', ['node.yaml', ...more], settings);
    return composeSchema.parse(parse(await node.compose(['config']))).services;
  };

  it('says what has to be set', async () => {
    const node = new ComposedSystem('spillway-spec', ['node.yaml'], { REGION: 'eu-central-1' });
    await expect(node.compose(['config'])).rejects.toThrow(/tls:\/\/nats\.example\.org:4222/);
  });

  it('keeps what the node has of its own from its relay', async () => {
    const { relay, ...others } = await config();
    const mounted = relay?.volumes.map((volume) => volume.split(':')[1]);
    expect(new Set(mounted)).toEqual(new Set(['/etc/spillway/tls', '/var/lib/relay']));
    for (const { volumes } of Object.values(others))
      expect(volumes.join()).toContain('node:/var/lib/spillway');
  });

  it('has eturnal in place of coturn with node-eturnal.yaml', async () => {
    const { setup, relay, reporter } = await config('node-eturnal.yaml');
    expect(setup?.environment).toMatchObject({ RELAY: 'eturnal', RELAY_USER: relay?.user });
    expect(relay).toMatchObject({
      image: expect.stringContaining('eturnal'),
      entrypoint: ['eturnalctl', 'foreground'],
      environment: { ETURNAL_ETC_DIR: '/var/lib/relay' },
    });
    expect(relay?.command ?? []).toEqual([]);
    expect(reporter?.environment['SAMPLERS']).toBe('eturnal,host');
  });

  it('tells the reporter nothing that it does not know', async () => {
    const known = read('docs/reference/reporter-config.md');
    const { reporter } = await config();
    for (const name of Object.keys(reporter?.environment ?? {})) expect(known).toContain(`\`${name}\``);
  });
});

it.each([
  ['compose.yaml', 'example.env'],
  ['node.yaml', 'node.example.env'],
])('%s: every variable is in %s, and no other', (file, example) => {
  const used = all(read(`deploy/compose/${file}`), /(?<!\$)\$\{([A-Z_]+)/g);
  const told = all(read(`deploy/compose/${example}`), /^#?([A-Z_]+)=/gm);
  expect(told.sort()).toEqual(used.sort());
});
