import type { EventOf, Scene, Watch } from './watch.js';
import { duration } from '../../log/wording.js';

/** Whether the bus is suspected, and whether the autoscaler still tells prices. */
export class BusWatch implements Watch {
  private isSuspect = false;
  private suspectSince = 0;
  /** Log time up to which the newest price is valid. */
  private pricesUntil: number | undefined;
  private isStale = false;

  constructor(private readonly scene: Scene) {}

  onRegionEvent(event: EventOf<'overload' | 'spillover' | 'scale'>, now: number): void {
    if (event.kind !== 'spillover') return;
    this.pricesUntil = Math.max(this.pricesUntil ?? 0, now + event.spillover.validForSeconds * 1000);
    if (!this.isStale) return;
    this.isStale = false;
    this.scene.tell({ kind: 'prices-renewed', text: 'the autoscaler tells prices again' });
  }

  onLook(now: number): void {
    this.lookAtBus(now);
    if (this.isStale || this.pricesUntil === undefined || now <= this.pricesUntil) return;
    this.isStale = true;
    const text =
      'the autoscaler is silent: routers hold its prices and let them fall to zero over ten minutes';
    this.scene.tell({ kind: 'prices-stale', text });
  }

  onGap(): void {
    this.pricesUntil = undefined;
  }

  private lookAtBus(now: number): void {
    const { isBusSuspect } = this.scene.fleet;
    if (isBusSuspect === this.isSuspect) return;
    this.isSuspect = isBusSuspect;
    if (isBusSuspect) {
      this.suspectSince = now;
      const text = 'most of the fleet fell silent at once: the bus is suspected, routers keep their view';
      this.scene.tell({ kind: 'bus-suspect', text });
    } else {
      const text = `the fleet is heard again after ${duration(now - this.suspectSince)}`;
      this.scene.tell({ kind: 'bus-trusted', text });
    }
  }
}
