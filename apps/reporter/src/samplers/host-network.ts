import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultRouteInterface } from './default-route.js';
import type { Meter } from './host.js';
import type { Load } from './sampler.js';

interface Counters {
  readonly networkInterface: string;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Milliseconds on a clock that never goes back. */
  readonly at: number;
}

/** What an interface sent and received since the last reading, in bits per second. */
export class NetworkMeter implements Meter {
  private last: Counters | undefined;

  /** @param fixed name of the interface; the one of the default route when it is undefined. */
  constructor(
    private readonly fixed: string | undefined,
    private readonly roots = { proc: '/proc', sys: '/sys' },
    private readonly now = () => performance.now(),
  ) {}

  async read(): Promise<Partial<Load>> {
    const before = this.last;
    this.last = undefined;
    const after = await this.readCounters();
    this.last = after;
    return {
      egressBps: before ? rateBps(before, after, 'sentBytes') : null,
      ingressBps: before ? rateBps(before, after, 'receivedBytes') : null,
    };
  }

  private async readCounters(): Promise<Counters> {
    const networkInterface = this.fixed ?? (await defaultRouteInterface(this.roots.proc));
    const read = (name: string) => this.readCounter(networkInterface, name);
    const [sentBytes, receivedBytes] = await Promise.all([read('tx_bytes'), read('rx_bytes')]);
    return { networkInterface, sentBytes, receivedBytes, at: this.now() };
  }

  private async readCounter(networkInterface: string, name: string): Promise<number> {
    const path = join(this.roots.sys, 'class/net', networkInterface, 'statistics', name);
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw new Error(`there is no network interface ${networkInterface}: set HOST_INTERFACE`, {
        cause: error,
      });
    });
    if (!/^\d+\s*$/.test(text)) throw new Error(`${path} holds no number`);
    return Number(text);
  }
}

/** @returns `null` across a reset or wrap of the counter, a change of interface, or no time. */
export function rateBps(
  before: Counters,
  after: Counters,
  counter: 'sentBytes' | 'receivedBytes',
): number | null {
  const bytes = after[counter] - before[counter];
  const ms = after.at - before.at;
  if (after.networkInterface !== before.networkInterface || bytes < 0 || ms <= 0) return null;
  return Math.round((bytes * 8 * 1000) / ms);
}
