import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { AUTOSCALER_LEASE_KEY, leaseSchema, type Lease } from '@spillway/contracts';
import { MemoryBus, MemoryLog } from '@spillway/messaging';
import { recordingLogger } from '../testing/loggers.harness.js';
import { until } from '../testing/until.harness.js';
import { LeaseKeeper } from './lease-keeper.js';
import { SILENCE_MS } from './lease-state.js';
import type { Term } from './term.js';

jest.setTimeout(30_000);

const keepers: LeaseKeeper[] = [];
afterEach(async () => {
  for (const keeper of keepers.splice(0)) await keeper.stop();
});

async function aBus(log = new MemoryLog()): Promise<MemoryBus> {
  const bus = new MemoryBus(log);
  await bus.provision();
  return bus;
}

function contend(bus: MemoryBus, holder: string) {
  const terms: Term[] = [];
  const logger = recordingLogger();
  const keeper = new LeaseKeeper({ bus, holder, logger, onTerm: (term) => void terms.push(term) });
  keepers.push(keeper);
  keeper.start();
  return { keeper, terms, logger };
}

async function stored(bus: MemoryBus): Promise<{ lease: Lease; revision: number } | undefined> {
  const entry = await bus.state.get(AUTOSCALER_LEASE_KEY);
  return entry && { lease: leaseSchema.parse(entry.value), revision: entry.revision };
}

describe('the keeper of a lease', () => {
  it('takes it where there is none, and renews it', async () => {
    const bus = await aBus();
    const { terms } = contend(bus, 'a');
    await until(() => terms.length === 1);
    expect(terms[0]?.isCurrent).toBe(true);
    await until(async () => ((await stored(bus))?.lease.beat ?? 0) >= 2);
    expect((await stored(bus))?.lease).toMatchObject({ holder: 'a', generation: terms[0]?.generation });
  });

  it('leaves it to whoever has it, and takes it as soon as it is given back', async () => {
    const bus = await aBus();
    const first = contend(bus, 'a');
    await until(() => first.terms.length === 1);
    const second = contend(bus, 'b');
    await until(() => second.keeper.lastSeen?.holder === 'a');
    expect(second.terms).toEqual([]);
    const startedAt = performance.now();
    await first.keeper.stop();
    await until(() => second.terms.length === 1);
    expect(performance.now() - startedAt).toBeLessThan(SILENCE_MS);
    expect(second.terms[0]?.generation).toBeGreaterThan(first.terms[0]?.generation ?? Infinity);
    expect(first.terms[0]?.isCurrent).toBe(false);
  });

  it('takes it within 10 s from one that died, also when its own link is down for a moment meanwhile', async () => {
    const log = new MemoryLog();
    const dying = await aBus(log);
    const first = contend(dying, 'a');
    await until(() => first.terms.length === 1);
    const waiting = await aBus(log);
    const second = contend(waiting, 'b');
    await until(() => second.keeper.lastSeen?.holder === 'a');
    dying.dropLink();
    const diedAt = performance.now();
    await until(() => performance.now() - diedAt > SILENCE_MS - 1_000, SILENCE_MS);
    waiting.dropLink();
    waiting.restoreLink();
    await until(() => second.terms.length === 1, 10_000 - (performance.now() - diedAt));
    expect(second.terms[0]?.isCurrent).toBe(true);
  });

  it('ends the term at once when the link is down, and begins another when it is back', async () => {
    const bus = await aBus();
    const { terms } = contend(bus, 'a');
    await until(() => terms.length === 1);
    bus.dropLink();
    expect(terms[0]?.signal.aborted).toBe(true);
    expect(terms[0]?.isCurrent).toBe(false);
    bus.restoreLink();
    await until(() => terms.length === 2);
    expect(terms[1]?.generation).toBeGreaterThan(terms[0]?.generation ?? Infinity);
  });

  it('ends the term when another writer has changed the key', async () => {
    const bus = await aBus();
    const { terms } = contend(bus, 'a');
    await until(() => terms.length === 1);
    const { lease, revision } = (await stored(bus)) ?? {};
    await bus.state.put(AUTOSCALER_LEASE_KEY, { ...lease, holder: 'thief', generation: 9e9 }, revision);
    await until(() => terms[0]?.signal.aborted);
    expect((await stored(bus))?.lease.holder).toBe('thief');
  });

  it('ends the term when it cannot renew in time', async () => {
    const bus = await aBus();
    const { terms } = contend(bus, 'a');
    await until(() => terms.length === 1);
    bus.log.state = undefined;
    await until(() => terms[0]?.signal.aborted, 6_000);
    expect(String(terms[0]?.signal.reason)).toContain('could not be renewed in time');
  });

  it('gives it back when surrendered, and contends for it under a generation above what it was told', async () => {
    const bus = await aBus();
    const { keeper, terms } = contend(bus, 'a');
    await until(() => terms.length === 1);
    const [term] = terms;
    keeper.surrender(term!, 'a spec says so', 5e9);
    expect(term?.signal.aborted).toBe(true);
    await until(() => terms.length === 2);
    expect(terms[1]?.generation).toBe(5e9 + 1);
  });

  it('does not lead while the key holds something else, says how to put it right, and leads when it is', async () => {
    const bus = await aBus();
    const revision = await bus.state.put(AUTOSCALER_LEASE_KEY, 'mine!', undefined);
    const { terms, logger } = contend(bus, 'a');
    await until(() => logger.lines.some(({ text }) => text.includes('nats kv del')));
    expect(terms).toEqual([]);
    await bus.state.put(AUTOSCALER_LEASE_KEY, { holder: null, generation: 3, beat: 0 }, revision);
    await until(() => terms.length === 1);
    expect(terms[0]?.generation).toBeGreaterThan(3);
  });

  it('gives it back when stopped', async () => {
    const bus = await aBus();
    const { keeper, terms } = contend(bus, 'a');
    await until(() => terms.length === 1);
    await keeper.stop();
    expect((await stored(bus))?.lease).toMatchObject({ holder: null, generation: terms[0]?.generation });
  });

  it('is the only one of many to have a term', async () => {
    const log = new MemoryLog();
    const all: ReturnType<typeof contend>[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) all.push(contend(await aBus(log), name));
    await until(() => all.every(({ keeper }) => keeper.lastSeen?.holder));
    expect(all.filter(({ terms }) => terms.length > 0)).toHaveLength(1);
  });
});
