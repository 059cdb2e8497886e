import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { spillway } from '../testing/spillway.js';

const folder = mkdtempSync(join(tmpdir(), 'spillway-route53-'));
afterAll(() => rmSync(folder, { recursive: true }));
const policy = join(folder, 'policy.yaml');
writeFileSync(
  policy,
  'revision: r7\nregions:\n  eu-central-1: {}\n  us-east-1: {}\n  basement: { latitude: 59, longitude: 13.4 }\n' +
    'defaultRegion: us-east-1\n',
);
const basics = ['render', 'route53', '--policy', policy];

const block = z.array(z.record(z.string(), z.unknown()));
const documentSchema = z.object({
  variable: z.record(z.string(), block),
  locals: block,
  resource: z.record(z.string(), z.record(z.string(), block)),
});

async function render(...args: string[]) {
  const { exitCode, out, err } = await spillway(...basics, '--name', 'turn.example.org', ...args);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  return { text: out, ...documentSchema.parse(await parse('route53.tf', out)) };
}

describe('spillway render route53', () => {
  it('gives every region of the policy a latency record that goes by an AWS region', async () => {
    const { resource, locals } = await render();
    expect(locals[0]?.['aws_regions']).toEqual({
      'eu-central-1': 'eu-central-1',
      'us-east-1': 'us-east-1',
      basement: 'eu-north-1',
    });
    expect(resource['aws_route53_record']?.['region']?.[0]).toMatchObject({
      name: 'turn.example.org',
      set_identifier: '${each.value.region}',
      latency_routing_policy: [{ region: '${local.aws_regions[each.value.region]}' }],
      alias: [{ name: '${each.value.region}.turn.example.org', evaluate_target_health: true }],
    });
  });

  it('has every address of a node checked, at the port that was given', async () => {
    const { resource } = await render('--port', '443');
    expect(resource['aws_route53_health_check']?.['node']?.[0]).toMatchObject({
      for_each: '${local.addresses}',
      type: 'TCP',
      port: 443,
      ip_address: '${each.value.ip}',
    });
    expect(resource['aws_route53_record']?.['node']?.[0]).toMatchObject({
      for_each: '${local.addresses}',
      name: '${each.value.region}.turn.example.org',
      health_check_id: '${aws_route53_health_check.node[each.key].id}',
      multivalue_answer_routing_policy: true,
    });
  });

  it('refers to nothing that it does not declare', async () => {
    const { text, variable, locals, resource } = await render();
    const used = (kind: string) =>
      new Set([...text.matchAll(new RegExp(`\\b${kind}\\.(\\w+)`, 'g'))].map(([, name]) => name));
    expect(used('var')).toEqual(new Set(Object.keys(variable)));
    expect(used('local')).toEqual(new Set(Object.keys(locals[0] ?? {})));
    const resources = Object.entries(resource).flatMap(([type, each]) =>
      Object.keys(each).map((name) => `${type}.${name}`),
    );
    for (const [reference] of text.matchAll(/\baws_\w+\.\w+/g)) expect(resources).toContain(reference);
  });

  it('takes nodes of its own regions alone', async () => {
    const { text } = await render('--without', 'us-east-1');
    expect(text).toContain('contains(["eu-central-1", "basement"], node.region)');
    expect(text).not.toContain('us-east-1');
  });

  it('writes a file and says which latency every region goes by', async () => {
    const out = join(folder, 'route53.tf');
    const answer = await spillway(...basics, '--name', 'TURN.example.org.', '--out', out);
    expect(answer.out.split('\n')).toEqual([
      'eu-central-1: by the latency of eu-central-1',
      'us-east-1: by the latency of us-east-1',
      'basement: by the latency of eu-north-1, the nearest AWS region, 268 km away',
      `${out}: Route 53 records of turn.example.org`,
      '',
    ]);
    expect(readFileSync(out, 'utf8')).toContain('name           = "turn.example.org"');
  });

  it.each([
    [['--name', 'turn'], 'It must be a DNS name'],
    [['--name', 'turn..org'], 'It must be a DNS name'],
    [['--name', 'turn.example.org', '--map', 'basement=eu-nroth-1'], 'no latency of eu-nroth-1'],
    [['--name', 'turn.example.org', '--map', 'basement=cn-north-1'], 'no latency of cn-north-1'],
    [['--name', 'turn.example.org', '--map', 'basement'], 'It must be <region>=<AWS region>'],
    [['--name', 'turn.example.org', '--without', 'attic'], 'the policy has no region attic'],
  ])('refuses %j with what to do', async (args, message) => {
    const { exitCode, err } = await spillway(...basics, ...args);
    expect(exitCode).toBe(2);
    expect(err).toContain(message);
  });
});
