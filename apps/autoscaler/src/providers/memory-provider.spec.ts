import { describe, expect, it } from '@jest/globals';
import { MemoryCloud, MemoryProvider } from './memory-provider.harness.js';
import { ProviderError } from './provider-error.js';
import { describeProvider } from './provider.conformance.js';

const settings = { kind: 'process' } as const;

describeProvider('the memory provider', ['unknown', 'silence'], async () => {
  const cloud = new MemoryCloud();
  const providers: MemoryProvider[] = [];
  return {
    settings,
    region: 'eu-central-1',
    create: () => {
      const provider = new MemoryProvider(cloud, { regions: ['eu-central-1'] });
      providers.push(provider);
      return provider;
    },
    started: async () => cloud.started('eu-central-1'),
    settle: async () => {
      for (const { instanceId, phase } of cloud.instances('eu-central-1')) {
        if (phase === 'booting') cloud.become('eu-central-1', instanceId, 'running');
      }
    },
    unknown: { settings, region: 'nowhere-1' },
    silence: async () => {
      for (const provider of providers) provider.hang();
    },
    stop: async () => {},
  };
});

describe('MemoryProvider', () => {
  it('fails as it is told, and counts the calls that failed', async () => {
    const provider = new MemoryProvider();
    const group = { region: 'eu-central-1', settings, fence: { generation: 1, revision: 1 } };
    provider.failWith(new ProviderError('throttled', 'Too much', 'Wait'));
    await expect(provider.grow(group, 1, AbortSignal.timeout(1000))).rejects.toThrow('Too much. Wait');
    provider.failWith(undefined);
    await provider.grow(group, 1, AbortSignal.timeout(1000));
    expect(provider.calls.map(({ name }) => name)).toEqual(['grow', 'grow']);
    expect(provider.cloud.started('eu-central-1')).toBe(1);
  });
});
