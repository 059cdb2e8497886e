import { describe, expect, it } from '@jest/globals';
import { regionControlKey } from '@spillway/contracts';
import { MemoryBus, MemoryLog, RevisionConflictError } from '@spillway/messaging';
import { aControl } from '../testing/scripted-loop.harness.js';
import { aTerm } from '../testing/terms.harness.js';
import { ControlRecord } from './control-record.js';

const KEY = regionControlKey('eu');

async function aBus(log = new MemoryLog()): Promise<MemoryBus> {
  const bus = new MemoryBus(log);
  await bus.provision();
  return bus;
}

const takeOver = (bus: MemoryBus, generation: number) =>
  ControlRecord.takeOver(bus.state, aTerm(generation), 'eu', () => aControl());

describe('a region that is taken over', () => {
  it('has its state written under the new generation, whatever else was in it', async () => {
    const bus = await aBus();
    await bus.state.put(KEY, aControl({ generation: 3, revision: 8, integralMs: 5 }), undefined);
    await takeOver(bus, 4);
    expect((await bus.state.get(KEY))?.value).toMatchObject({ generation: 4, revision: 8, integralMs: 5 });
  });

  it('has a state afterwards when it had none, so that nobody can create it late', async () => {
    const bus = await aBus();
    await takeOver(bus, 4);
    expect((await bus.state.get(KEY))?.value).toMatchObject({ generation: 4, revision: 0 });
  });

  it('refuses every later write of the leader before, which still believes that it leads', async () => {
    const log = new MemoryLog();
    const old = await takeOver(await aBus(log), 4);
    const bus = await aBus(log);
    await takeOver(bus, 5);
    await expect(old.save(aControl({ revision: 1 }))).rejects.toThrow(RevisionConflictError);
    await expect(old.save(aControl({ revision: 1 }))).rejects.toMatchObject({ code: 'fenced' });
    expect((await bus.state.get(KEY))?.value).toMatchObject({ generation: 5, revision: 0 });
  });

  it('is not taken over by one that is older than who was there last', async () => {
    const bus = await aBus();
    await takeOver(bus, 5);
    await expect(takeOver(bus, 4)).rejects.toMatchObject({ code: 'fenced', generation: 5 });
  });

  it('is taken over although the leader before writes once more in that moment', async () => {
    const log = new MemoryLog();
    const bus = await aBus(log);
    const old = await takeOver(await aBus(log), 4);
    const { state } = bus;
    let isFirst = true;
    const racing = {
      get: async (key: string) => {
        const stored = await state.get(key);
        if (isFirst) await old.save(aControl({ integralMs: 77 }));
        isFirst = false;
        return stored;
      },
      put: state.put.bind(state),
    };
    const record = await ControlRecord.takeOver(racing, aTerm(5), 'eu', () => aControl());
    expect(record.control).toMatchObject({ generation: 5, integralMs: 77 });
  });

  it('is left alone when its state cannot be read, with what to do about it', async () => {
    const bus = await aBus();
    await bus.state.put(KEY, { generation: 'newest' }, undefined);
    const taking = takeOver(bus, 4);
    await expect(taking).rejects.toMatchObject({ code: 'control-unreadable' });
    await expect(taking).rejects.toThrow(`nats kv del SPILLWAY_STATE ${KEY}`);
  });
});

describe('the control state of a region', () => {
  it('is written one after the other; of what waits only the newest is, unless it must be', async () => {
    const bus = await aBus();
    const record = await takeOver(bus, 1);
    const written: number[] = [];
    const put = bus.state.put.bind(bus.state);
    bus.state.put = (key, value, revision) => {
      written.push((value as { integralMs: number }).integralMs);
      return put(key, value, revision);
    };
    const failures: unknown[] = [];
    for (const integralMs of [1, 2, 3])
      record.offer(aControl({ integralMs }), (error) => failures.push(error));
    await record.save(aControl({ integralMs: 4 }));
    expect(written).toEqual([1, 3, 4]);
    expect(failures).toEqual([]);
  });

  it('is not written any more once it is unknown what is stored', async () => {
    const bus = await aBus();
    const record = await takeOver(bus, 1);
    bus.dropLink();
    await expect(record.save(aControl())).rejects.toMatchObject({ code: 'unavailable' });
    bus.restoreLink();
    await expect(record.save(aControl())).rejects.toMatchObject({ code: 'fenced' });
  });

  it('is not written after the term is over', async () => {
    const bus = await aBus();
    const term = aTerm(1);
    const record = await ControlRecord.takeOver(bus.state, term, 'eu', () => aControl());
    term.end('a spec says so');
    await expect(record.save(aControl({ integralMs: 9 }))).rejects.toMatchObject({ code: 'term-over' });
    expect((await bus.state.get(KEY))?.value).toMatchObject({ integralMs: 0 });
  });
});
