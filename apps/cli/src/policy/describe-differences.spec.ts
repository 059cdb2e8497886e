import { describe, expect, it } from '@jest/globals';
import { policyDocumentSchema } from '@spillway/contracts';
import { describeDifferences } from './describe-differences.js';

const minimal = { revision: '1', regions: { 'us-east-1': {}, 'eu-west-1': {} }, defaultRegion: 'us-east-1' };
const policy = (overrides: object = {}) => policyDocumentSchema.parse({ ...minimal, ...overrides });
const tenant = (...require: string[]) => ({ acme: { regions: { require } } });

describe('describeDifferences', () => {
  it('says nothing of policies that mean the same, however they are written', () => {
    expect(describeDifferences(policy(), policy())).toEqual([]);
    const spelledOut = { threshold: 0.8, regions: { 'eu-west-1': {}, 'us-east-1': {} }, ttlSeconds: {} };
    expect(describeDifferences(policy(), policy(spelledOut))).toEqual([]);
  });

  it('tells what changes, by path, from what to what', () => {
    const after = policy({ revision: '2', threshold: 0.75, price: { gainMs: 2000 } });
    expect(describeDifferences(policy(), after)).toEqual([
      '~ revision: "1" → "2"',
      '~ threshold: 0.8 → 0.75',
      '~ price.gainMs: 500 → 2000',
    ]);
  });

  it('tells what comes and what goes', () => {
    const fixedMap = { continents: { EU: 'eu-west-1' }, fallback: 'us-east-1' };
    const line = 'fixedMap: { continents: { EU: eu-west-1 }, fallback: us-east-1 }';
    expect(describeDifferences(policy(), policy({ fixedMap }))).toEqual([`+ ${line}`]);
    expect(describeDifferences(policy({ fixedMap }), policy())).toEqual([`- ${line}`]);
  });

  it('tells a list as a whole, once, whatever happened in it', () => {
    const before = policy({ tenants: tenant('us-east-1', 'eu-west-1') });
    const after = policy({ tenants: tenant('eu-west-1') });
    expect(describeDifferences(before, after)).toEqual([
      '~ tenants.acme.regions.require: [ us-east-1, eu-west-1 ] → [ eu-west-1 ]',
    ]);
  });

  it('tells all of a policy that is the first', () => {
    const lines = describeDifferences(undefined, policy());
    expect(lines).toContain('+ revision: "1"');
    expect(lines).toHaveLength(Object.keys(policy()).length);
    expect(lines.filter((line) => !/^\+ \w+: .+$/.test(line))).toEqual([]);
  });
});
