import type { Answer } from '@spillway/replay';
import { RttTimes } from './rtt-times.js';

/** What became of the clients, on one of the two sides. */
export class ClientSide {
  readonly rtt = new RttTimes();
  /** Clients by the region that served them. */
  readonly byRegion = new Map<string, number>();
  placed = 0;
  refused = 0;
  spilled = 0;

  /** @param rttMs `undefined` when nobody knows where the client is. */
  count(answer: Answer | undefined, rttMs: number | undefined): void {
    if (!answer) {
      this.refused++;
      return;
    }
    this.placed++;
    if (answer.reason === 'spillover') this.spilled++;
    if (rttMs !== undefined) this.rtt.add(rttMs);
    this.byRegion.set(answer.region, (this.byRegion.get(answer.region) ?? 0) + 1);
  }

  get spillShare(): number | null {
    return this.placed > 0 ? this.spilled / this.placed : null;
  }
}
