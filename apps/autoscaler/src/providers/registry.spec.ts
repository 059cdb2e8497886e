import { describe, expect, it } from '@jest/globals';
import { loadConfig, text } from '@spillway/runtime';
import { z } from 'zod';
import { createProviders, providerVariables } from './registry.js';
import { ProviderError } from './provider-error.js';

const schema = z.object({ NATS_URL: text(), ...providerVariables });

describe('createProviders', () => {
  const providers = createProviders(loadConfig(schema, { NATS_URL: 'nats://127.0.0.1:4222' }));

  it('makes one provider of each kind', () => {
    expect(providers('none').kind).toBe('none');
    expect(providers('none')).toBe(providers('none'));
  });

  it('has nobody to start instances where the policy names no provider, and says what to do', async () => {
    const group = {
      region: 'eu-central-1',
      settings: { kind: 'none' },
      fence: { generation: 1, revision: 1 },
    } as const;
    const signal = AbortSignal.timeout(1000);
    const none = providers('none');
    expect(await none.inventory(group, signal)).toEqual({ instances: [] });
    for (const call of [none.grow(group, 1, signal), none.end(group, ['a'], 0, signal)]) {
      await expect(call).rejects.toThrow(ProviderError);
      await expect(call).rejects.toMatchObject({ code: 'no-provider', isRetryable: false });
    }
  });
});
