import { expect, it } from '@jest/globals';
import { MemoryBus } from '@spillway/messaging';
import { Registry } from 'prom-client';
import { Announcer } from '../announce/announcer.js';
import { AutoscalerMetrics } from '../autoscaler-metrics.js';
import { Executor } from '../execute/executor.js';
import { ProviderCalls } from '../execute/provider-calls.js';
import { Inventories } from '../inventory/inventories.js';
import { Term } from '../lease/term.js';
import { MemoryProvider } from '../providers/memory-provider.harness.js';
import { aScaledPolicy, REGION } from '../testing/autoscaler.harness.js';
import { silentLogger as logger } from '../testing/loggers.harness.js';
import { aControl, aPlan, ScriptedLoop } from '../testing/scripted-loop.harness.js';
import { until } from '../testing/until.harness.js';
import { aView } from '../testing/views.harness.js';
import { ControlRecord } from './control-record.js';
import { RegionRunner } from './region-runner.js';

it('a region’s plan is done after the term is over: the control loop, which is the next term’s by now, hears nothing of it', async () => {
  const bus = new MemoryBus();
  await bus.provision();
  let isValid = true;
  const term = new Term(1, () => isValid);
  const view = aView(aScaledPolicy());
  const loop = new ScriptedLoop();
  loop.adopt(REGION, undefined);
  const provider = new MemoryProvider();
  const metrics = new AutoscalerMetrics(new Registry());
  const calls = new ProviderCalls(() => provider, metrics);
  const faults: unknown[] = [];
  const record = await ControlRecord.takeOver(bus.state, term, REGION, () => aControl());
  const runner = new RegionRunner(REGION, record, {
    term,
    loop,
    view,
    metrics,
    logger,
    announcer: new Announcer(bus, term, logger),
    executor: new Executor({ bus, view, calls, logger }),
    inventories: new Inventories(calls, logger),
    onFault: (error) => faults.push(error),
  });
  provider.grow = () => Promise.resolve(void (isValid = false));
  const nothing = { spillover: undefined, overload: undefined, report: undefined };
  runner.take({ region: REGION, control: record.control, plan: aPlan(), ...nothing });
  await until(() => !runner.isCarryingOut);
  expect(loop.control(REGION)?.plan?.outcome).toBe('executing');
  expect(faults).toMatchObject([{ code: 'term-over' }]);
});
