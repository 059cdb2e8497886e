import { describe, expect, it } from '@jest/globals';
import type { Overload } from '@spillway/contracts';
import { MemoryBus, MemoryLog } from '@spillway/messaging';
import { HeardLog } from '../testing/log.harness.js';
import { silentLogger } from '../testing/loggers.harness.js';
import { aPlan } from '../testing/scripted-loop.harness.js';
import { aTerm } from '../testing/terms.harness.js';
import { until } from '../testing/until.harness.js';
import { Announcer } from './announcer.js';

const at = '2026-11-22T10:00:00.000Z';
const overload = (utilization: number): Overload => ({
  at,
  state: 'entered',
  utilization,
  threshold: 0.8,
  since: at,
});

async function aStage() {
  const log = new MemoryLog();
  const bus = new MemoryBus(log);
  await bus.provision();
  const heard = await HeardLog.of(new MemoryBus(log));
  const term = aTerm();
  return { log, bus, heard, term, announcer: new Announcer(bus, term, silentLogger) };
}

const heardUtilizations = (heard: HeardLog) =>
  heard.of('overload').map(({ overload }) => overload.utilization);

describe('announcements', () => {
  it('do not pile up while NATS is slow: what is being said, then the newest', async () => {
    const { bus, heard, announcer } = await aStage();
    bus.dropLink();
    for (let n = 1; n <= 100; n++) announcer.overload('eu', overload(n));
    bus.restoreLink();
    await until(() => heardUtilizations(heard).length === 2);
    expect(heardUtilizations(heard)).toEqual([1, 100]);
  });

  it('of one region do not wait for another’s', async () => {
    const { bus, heard, announcer } = await aStage();
    const record = bus.record.bind(bus);
    bus.record = (subject, ...rest) =>
      subject.includes('.slow.') ? new Promise(() => {}) : record(subject, ...rest);
    announcer.overload('slow', overload(1));
    announcer.overload('eu', overload(2));
    await until(() => heardUtilizations(heard).length === 1);
    expect(heardUtilizations(heard)).toEqual([2]);
  });

  it('of the same content are each their own message', async () => {
    const { heard, announcer } = await aStage();
    announcer.overload('eu', overload(1));
    await until(() => heardUtilizations(heard).length === 1);
    announcer.overload('eu', overload(1));
    await until(() => heardUtilizations(heard).length === 2);
    expect(heardUtilizations(heard)).toEqual([1, 1]);
  });

  it('of a plan are on the log when told so', async () => {
    const { heard, announcer } = await aStage();
    await announcer.plan('eu', { ...aPlan(), at, outcome: 'planned', error: null });
    await until(() => heard.plans('eu').length === 1);
    expect(heard.plans('eu')[0]?.outcome).toBe('planned');
  });

  it('end with the term', async () => {
    const { bus, log, announcer, term } = await aStage();
    bus.dropLink();
    const saying = announcer.plan('eu', { ...aPlan(), at, outcome: 'planned', error: null });
    term.end('a spec says so');
    await expect(saying).rejects.toMatchObject({ code: 'aborted' });
    bus.restoreLink();
    await expect(
      announcer.plan('eu', { ...aPlan(), at, outcome: 'planned', error: null }),
    ).rejects.toMatchObject({ code: 'term-over' });
    expect(log.stream?.lastPosition).toBe(0);
  });
});
