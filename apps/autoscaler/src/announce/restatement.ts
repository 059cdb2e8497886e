import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import {
  POLICY_KEY,
  POLICY_SUBJECT,
  storedPolicySchema,
  subjectOf,
  type Command,
  type RegionControl,
} from '@spillway/contracts';
import { RecordError, type Bus } from '@spillway/messaging';
import type { FleetView } from '../fleet/fleet-view.js';
import type { StandingDrain } from '../fleet/standing-drains.js';
import type { Term } from '../lease/term.js';
import type { Announcer } from './announcer.js';

/** Somebody who applies a policy stores it first and puts it on the log then: that may take this long. */
const APPLYING_TRIES = 3;
const APPLYING_MS = 1_000;
const MAX_TRIES = 10;

export interface RestatementParts {
  readonly bus: Bus;
  readonly view: FleetView;
  readonly term: Term;
  readonly announcer: Announcer;
  readonly logger: LoggerService;
  /** Seconds the log is kept. */
  readonly logMaxAgeSeconds: number;
}

/** Says again on the log what was said long ago and still holds, so that any window of it can be replayed alone. */
export class Restatement {
  private count = 0;
  /** Of the stored policy: the last that the log agreed with, and the last that it did not. */
  private agreedRevision: number | undefined;
  private strayRevision: number | undefined;

  constructor(private readonly parts: RestatementParts) {}

  /**
   * Puts the policy in force on the log. Besides, this moves log time to now.
   * @returns its position.
   */
  async policy(): Promise<number> {
    const { bus, view, term } = this.parts;
    for (let attempt = 1; ; attempt++) {
      const { policy, revision } = await this.settledPolicy();
      const payload = { at: view.timestamp(), policy };
      const id = `policy-again-${term.generation}-${++this.count}`;
      const position = await bus.record(POLICY_SUBJECT, payload, id, term.signal);
      // A newer one may have come on the log just before this.
      const after = await bus.state.get(POLICY_KEY);
      if (after?.revision === revision || attempt >= MAX_TRIES) return position;
    }
  }

  /**
   * Puts the stored policy on the log where whoever stored it did not come to do so. To be called now and then: what is
   * missing at two calls in a row is not on its way.
   */
  async healPolicy(): Promise<void> {
    const { bus, view, logger } = this.parts;
    const stored = await bus.state.get(POLICY_KEY);
    if (!stored || stored.revision === this.agreedRevision) return;
    const parsed = storedPolicySchema.safeParse(stored.value);
    if (!parsed.success) return;
    const isOnLog = isDeepStrictEqual(parsed.data, view.policy);
    if (!isOnLog && stored.revision !== this.strayRevision) {
      this.strayRevision = stored.revision;
      return;
    }
    this.agreedRevision = stored.revision;
    if (isOnLog) return;
    logger.warn(`The policy "${parsed.data.revision}" was stored and not announced: it is now`, 'Policy');
    await this.policy().catch((error: unknown) => {
      this.agreedRevision = undefined;
      throw error;
    });
  }

  /** The overload and the last plan of a region; its price is said anew by itself before it runs out. */
  region(region: string, { overload, demand, plan }: RegionControl): void {
    const { announcer, view, term } = this.parts;
    const { policy } = view;
    if (overload && demand !== null && policy) {
      const { state, sinceMs } = overload;
      const { threshold } = policy;
      const since = new Date(sinceMs).toISOString();
      announcer.overload(region, { at: view.timestamp(), state, utilization: demand, threshold, since });
    }
    if (plan) announcer.report(region, { ...plan, generation: term.generation });
  }

  /** Operators' drains: a node that was off for longer than the log is kept must not serve when it is back. */
  async drains(): Promise<void> {
    for (const drain of this.parts.view.standingDrains.all) await this.drain(drain);
  }

  /** Never after a command that took its place. There is none, 0, when the log was made anew meanwhile. */
  private async drain({ region, node, command, position }: StandingDrain): Promise<void> {
    const { bus, view, term, logMaxAgeSeconds } = this.parts;
    const expiresAt = new Date(view.now() + logMaxAgeSeconds * 1000).toISOString();
    const again: Command = { ...command, expiresAt, isStanding: true };
    for (const after of [position, 0]) {
      const id = `${region}-${node}-again-${term.generation}-${++this.count}`;
      try {
        await bus.record(subjectOf.command(region, node), again, id, term.signal, after);
        return;
      } catch (error) {
        if (!(error instanceof RecordError && error.code === 'overtaken')) throw error;
      }
    }
  }

  /** What is stored, as soon as the log says the same, or has had time to. */
  private async settledPolicy(): Promise<{ policy: unknown; revision: number | undefined }> {
    const { bus, view, term, logger } = this.parts;
    for (let attempt = 1; ; attempt++) {
      const stored = await bus.state.get(POLICY_KEY);
      const parsed = storedPolicySchema.safeParse(stored?.value);
      if (!stored || !parsed.success) {
        if (stored)
          logger.warn(`The stored policy cannot be read: the one on the log is said again`, 'Policy');
        return { policy: view.policy, revision: stored?.revision };
      }
      const isOnLog = isDeepStrictEqual(parsed.data, view.policy);
      if (isOnLog || attempt >= APPLYING_TRIES) return { policy: stored.value, revision: stored.revision };
      await delay(APPLYING_MS, undefined, { signal: term.signal });
    }
  }
}
