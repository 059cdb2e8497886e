import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { ReporterMetrics, type ReporterView } from './reporter-metrics.js';

describe('the end of the certificate', () => {
  const view: ReporterView = {
    observation: {
      state: 'serving',
      load: { cpu: null, egressBps: null, ingressBps: null, allocations: null },
      software: undefined,
      commandId: null,
    },
    isAnswering: true,
    link: 'up',
    drain: undefined,
    certificateExpiresAtMs: undefined,
  };

  async function shown(certificateExpiresAtMs: number | undefined): Promise<string[]> {
    const registry = new Registry();
    new ReporterMetrics(registry, []).show(() => ({ ...view, certificateExpiresAtMs }));
    return (await registry.metrics()).split('\n').filter((line) => line.startsWith('spillway_node_cert'));
  }

  it('is shown in seconds, and not at all while it is unknown', async () => {
    expect(await shown(1_800_000_000_000)).toEqual([
      'spillway_node_certificate_expiry_timestamp_seconds 1800000000',
    ]);
    expect(await shown(undefined)).toEqual([]);
  });
});
