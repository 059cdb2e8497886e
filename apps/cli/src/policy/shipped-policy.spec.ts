import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { CONTINENTS } from '@spillway/contracts';
import { parse } from 'yaml';
import { parsePolicy, readPolicyFile } from './policy-file.js';

const path = fileURLToPath(new URL('../../../../deploy/policy.default.yaml', import.meta.url));
const text = readFileSync(path, 'utf8');
const shipped = readPolicyFile(path);

/** The commented block that begins with this member, as it would stand in a policy. */
function example(member: string): string {
  const lines = text.split('\n');
  const from = lines.indexOf(`# ${member}:`);
  const length = lines.slice(from + 1).findIndex((line) => !/^# {3,}\S/.test(line)) + 1;
  return lines
    .slice(from, from + length)
    .map((line) => line.slice(2))
    .join('\n');
}

/** What follows a member in a comment, on one line. */
const flows = (pattern: RegExp): unknown[] => [...text.matchAll(pattern)].map(([, flow = '']) => parse(flow));

const withScaling = (scaling: object) =>
  parsePolicy(
    JSON.stringify({
      revision: 'r1',
      regions: { basement: { latitude: 1, longitude: 2, scaling } },
      defaultRegion: 'basement',
    }),
    'example',
  );

describe('the policy that ships', () => {
  it('is valid and has three regions', () => {
    expect(shipped).toMatchObject({ strategy: 'priced', defaultRegion: 'us-east-1' });
    expect(Object.keys(shipped.regions)).toEqual(['us-east-1', 'eu-central-1', 'ap-southeast-1']);
  });

  it('says what the defaults are: without what it spells out it means the same', () => {
    const { revision, regions, defaultRegion, fixedMap, ...spelledOut } = shipped;
    const bare = parsePolicy(JSON.stringify({ revision, regions, defaultRegion }), 'bare');
    expect(bare).toEqual({ ...spelledOut, revision, regions, defaultRegion });
    expect(Object.keys(fixedMap?.continents ?? {}).sort()).toEqual([...CONTINENTS]);
  });

  it('names every member there is, and in brackets every default', () => {
    const members = Object.keys(parsePolicy(text, 'shipped')).filter((member) => member !== 'fixedMap');
    for (const member of members) expect(text).toMatch(new RegExp(`^(# )?${member}:`, 'm'));
    const { price, reservation, overload, ttlSeconds, maxNodeCapacity } = shipped;
    for (const group of [price, reservation, overload, ttlSeconds, maxNodeCapacity]) {
      expect(text).toContain(`[${Object.values(group).join(', ')}]`);
    }
  });

  it('has an example of scaling that spells out every default', () => {
    const [defaults] = Object.values(shipped.regions);
    const spelledOut = parse(example('regions')) as { regions: Record<string, { scaling: object }> };
    expect(spelledOut.regions['eu-central-1']?.scaling).toEqual(defaults?.scaling);
  });

  it('has examples of providers and of a schedule that are valid', () => {
    const providers = flows(/^# +provider: (\{ kind: (?!none).*?\})(?: |$)/gm);
    for (const provider of providers) withScaling({ provider, max: 3 });
    expect(providers).toHaveLength(5);
    const schedule = flows(/^# +- (\{ days.*\})$/gm);
    expect(withScaling({ max: 9, schedule }).regions['basement']?.scaling.schedule).toEqual(schedule);
  });

  it('has an example of a tenant with all that one can have', () => {
    const regions = 'revision: r1\ndefaultRegion: eu-central-1\nregions: { eu-central-1: {} }';
    const { tenants } = parsePolicy(`${example('tenants')}\n${regions}`, 'example');
    expect(Object.keys(tenants['acme'] ?? {})).toEqual(['keys', 'regions', 'ttlSeconds', 'rateLimits']);
  });
});
