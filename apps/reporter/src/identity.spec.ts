import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@spillway/runtime';
import { reporterConfigSchema } from './config.js';
import { deriveInstanceId, identityFrom } from './identity.js';

const config = (instanceId = '') =>
  loadConfig(reporterConfigSchema, {
    NODE_ID: 'a1',
    REGION: 'eu',
    NODE_URLS: 'turn:127.0.0.1',
    INSTANCE_ID: instanceId,
  });

describe('the identity of a reporter', () => {
  it('keeps its instance id and gets a new boot id when it starts again', () => {
    const [first, second] = [identityFrom(config()), identityFrom(config())];
    expect(second.instanceId).toBe(first.instanceId);
    expect(second.bootId).not.toBe(first.bootId);
  });

  it('takes the instance id it is given', () => {
    expect(identityFrom(config('i-0abc')).instanceId).toBe('i-0abc');
  });

  it('tells machines and nodes on one machine apart without giving the machine id away', () => {
    const id = deriveInstanceId('a1', 'b08dfa6083e7567a1921a715000001fb');
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(id).not.toContain('b08dfa60');
    expect(deriveInstanceId('a2', 'b08dfa6083e7567a1921a715000001fb')).not.toBe(id);
    expect(deriveInstanceId('a1', 'another')).not.toBe(id);
  });
});
