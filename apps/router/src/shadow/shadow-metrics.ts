import { Counter, Gauge, type Registry } from 'prom-client';
import type { Candidate, ShadowListener, Trial } from './shadow.js';

/** How a candidate policy's answers differ from those that are given. All count from when it began to be tried. */
export class ShadowMetrics implements ShadowListener {
  private readonly decisions: Counter<'agreement'>;
  private readonly moves: Counter<'from' | 'to'>;
  private readonly spilled: Counter<'side'>;
  private readonly rtt: Counter<'direction'>;
  private readonly seconds: Counter;
  private readonly errors: Counter;
  private readonly share: Gauge<'revision'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.decisions = new Counter({
      name: 'spillway_shadow_decisions_total',
      help: 'Requests that the shadow policy was tried on, by how its answer agrees with the one given: same, other-node, other-region, refused (only by it), placed (only by it)',
      labelNames: ['agreement'],
      registers,
    });
    this.moves = new Counter({
      name: 'spillway_shadow_moves_total',
      help: 'Clients that the shadow policy would have served in another region, by the region given and its own',
      labelNames: ['from', 'to'],
      registers,
    });
    this.spilled = new Counter({
      name: 'spillway_shadow_spilled_total',
      help: 'Spillovers among the requests that the shadow policy was tried on: those given, and its own',
      labelNames: ['side'],
      registers,
    });
    this.rtt = new Counter({
      name: 'spillway_shadow_rtt_ms_total',
      help: "Estimated round-trip time by which the shadow policy's regions are farther than those given, and nearer, summed, in ms",
      labelNames: ['direction'],
      registers,
    });
    this.seconds = new Counter({
      name: 'spillway_shadow_seconds_total',
      help: 'Time that trying the shadow policy took, in seconds',
      registers,
    });
    this.errors = new Counter({
      name: 'spillway_shadow_errors_total',
      help: 'Requests that the shadow policy could not be tried on; they were answered all the same',
      registers,
    });
    this.share = new Gauge({
      name: 'spillway_shadow_share',
      help: 'Share of requests that the shadow policy is tried on, by its revision; absent without one',
      labelNames: ['revision'],
      registers,
    });
  }

  /** What was counted is of another candidate. */
  begin(candidate: Candidate | undefined): void {
    const { decisions, moves, spilled, rtt, seconds, errors, share } = this;
    for (const each of [decisions, moves, spilled, rtt, seconds, errors, share]) each.reset();
    if (candidate) share.set({ revision: candidate.policy.revision }, candidate.share);
  }

  onTrial({ agreement, given, shadow, rttDifferenceMs, tookMs }: Trial): void {
    this.decisions.inc({ agreement });
    this.seconds.inc(tookMs / 1000);
    if (given.isPlaced && given.reason === 'spillover') this.spilled.inc({ side: 'given' });
    if (shadow.isPlaced && shadow.reason === 'spillover') this.spilled.inc({ side: 'shadow' });
    if (agreement !== 'other-region' || !given.isPlaced || !shadow.isPlaced) return;
    this.moves.inc({ from: given.region, to: shadow.region });
    const direction = rttDifferenceMs > 0 ? 'farther' : 'nearer';
    this.rtt.inc({ direction }, Math.abs(rttDifferenceMs));
  }

  onFault(): void {
    this.errors.inc();
  }
}
