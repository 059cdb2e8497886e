import type { Bus } from '@spillway/messaging';

/** The way of a region's heartbeats to the log, and what can go wrong on it. */
export class Transport {
  /** Milliseconds everything is on its way. Order is kept. */
  delayMs = 0;
  /** Nothing arrives that is sent from now on. */
  isCut = false;
  private readonly underWay: { readonly due: number; readonly send: () => void }[] = [];

  constructor(private readonly bus: Pick<Bus, 'publish'>) {}

  publish(subject: string, payload: unknown, now: number): void {
    if (this.isCut) return;
    this.underWay.push({ due: now + this.delayMs, send: () => this.bus.publish(subject, payload) });
  }

  /** Lets arrive what is due. */
  deliver(now: number): void {
    for (let next = this.underWay[0]; next && next.due <= now; next = this.underWay[0]) {
      this.underWay.shift();
      next.send();
    }
  }
}
