import { describe, expect, it } from '@jest/globals';
import { MemoryBus, type Bus, type LogUsage } from '@spillway/messaging';
import { aHeartbeat } from '@spillway/testkit';
import { Registry } from 'prom-client';
import { RouterMetrics } from '../router-metrics.js';
import { publishHeartbeat } from '../testing/log.harness.js';
import { FleetView } from './fleet-view.js';
import { LogUsageWatch } from './log-usage-watch.js';

/** What Prometheus gets of the log after a look. */
async function seen(bus: Bus): Promise<string[]> {
  const registry = new Registry();
  await new LogUsageWatch(new RouterMetrics(registry, new FleetView('boot')), bus).look();
  const names = ['span_seconds', 'max_age_seconds', 'bytes', 'max_bytes'];
  const metrics = names.map((name) => registry.getSingleMetricAsString(`spillway_log_${name}`));
  return (await Promise.all(metrics)).flatMap((text) =>
    text.split('\n').filter((line) => line.startsWith('spillway_')),
  );
}

function withUsage(usage: LogUsage): Bus {
  const bus = new MemoryBus();
  bus.logUsage = () => Promise.resolve(usage);
  return bus;
}

describe('LogUsageWatch', () => {
  it('tells how far back the log goes and how full it is, in the units of Prometheus', async () => {
    const usage = { spanMs: 90_000, bytes: 1_000, maxAgeMs: 14_400_000, maxBytes: 4_096 };
    expect(await seen(withUsage(usage))).toEqual([
      'spillway_log_span_seconds 90',
      'spillway_log_max_age_seconds 14400',
      'spillway_log_bytes 1000',
      'spillway_log_max_bytes 4096',
    ]);
  });

  it('has no limit where there is none', async () => {
    const bus = new MemoryBus();
    await bus.provision();
    publishHeartbeat(bus, aHeartbeat());
    expect(await seen(bus)).toEqual([
      'spillway_log_span_seconds 0',
      expect.stringMatching(/^spillway_log_bytes [1-9]/),
    ]);
  });

  it('has no values rather than old or made-up ones while nobody can tell', async () => {
    expect(await seen(new MemoryBus())).toEqual([]);
  });
});
