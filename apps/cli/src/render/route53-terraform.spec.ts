import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aPolicy } from '@spillway/testkit';
import { latencyRegions } from './latency-regions.js';
import { renderRoute53 } from './route53.js';

const terraform = (args: string[], cwd: string, input = '') =>
  spawnSync('terraform', args, {
    cwd,
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], CHECKPOINT_DISABLE: '1' },
  });

/** No package of Debian has it, so that it is not asked for anywhere. */
const hasTerraform = terraform(['version'], tmpdir()).status === 0;

(hasTerraform ? describe : describe.skip)('what render route53 writes [needs terraform]', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-terraform-'));
  const regions = latencyRegions(aPolicy(), { map: {}, without: ['ap-southeast-1'] });
  const text = renderRoute53({ name: 'turn.example.org', policyRevision: 'r1', regions, port: 3478 });
  /** As Terraform works it out; its providers, which are not at hand, have no part in that. */
  const evaluate = (expression: string, nodes: object) => {
    writeFileSync(join(folder, 'terraform.tfvars.json'), JSON.stringify({ zone_id: 'Z1', nodes }));
    return terraform(['console', '-no-color'], folder, `jsonencode(${expression})`);
  };
  const result = (expression: string, nodes: object): unknown => {
    const { stdout } = evaluate(expression, nodes);
    return JSON.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as string);
  };

  beforeAll(() => writeFileSync(join(folder, 'route53.tf'), text.slice(0, text.indexOf('\nresource '))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is formatted as Terraform would', () => {
    expect(terraform(['fmt', '-'], folder, text).stdout).toBe(text);
  });

  it('has a record for each address, and one for each region and kind of address that has any', () => {
    const nodes = {
      a: { region: 'us-east-1', ipv4: '203.0.113.1', ipv6: '2001:db8::1' },
      b: { region: 'us-east-1', ipv4: '203.0.113.2' },
    };
    expect(result('local.addresses', nodes)).toEqual({
      'a/A': { node: 'a', region: 'us-east-1', type: 'A', ip: '203.0.113.1' },
      'a/AAAA': { node: 'a', region: 'us-east-1', type: 'AAAA', ip: '2001:db8::1' },
      'b/A': { node: 'b', region: 'us-east-1', type: 'A', ip: '203.0.113.2' },
    });
    expect(result('local.groups', nodes)).toEqual({
      'us-east-1/A': { region: 'us-east-1', type: 'A' },
      'us-east-1/AAAA': { region: 'us-east-1', type: 'AAAA' },
    });
  });

  it('takes no node of a region that has no record', () => {
    const { stdout, stderr } = evaluate('1', { a: { region: 'ap-southeast-1', ipv4: '203.0.113.1' } });
    expect(stdout + stderr).toContain('A node is in none of these regions: us-east-1, eu-central-1');
  });
});
