import type { Issued, RouterStep } from '@spillway/contracts';
import { ROUTER_LIVE_MS } from '@spillway/fleet';
import type { IncidentKind } from './incident-event.js';
import type { Scene, Watch } from './watch.js';
import { duration } from '../../log/wording.js';
import { timeOfDay } from './wording.js';

/** Routers known at the same time, at most. */
const MAX_ROUTERS = 1_000;
/** A router that has been silent for so long is not waited for any more. */
const GONE_MS = 60 * 60_000;

interface Watched {
  bootId: string;
  /** Unknown after a part of the log that is missing. */
  nextBatch: number | undefined;
  heardAt: number;
  isSilent: boolean;
}

/** Routers that begin, fall silent, lose their link, and whose decisions are missing. */
export class RouterWatch implements Watch {
  private readonly watched = new Map<string, Watched>();

  constructor(private readonly scene: Scene) {}

  /** Some router should have been heard within its sign of life. */
  get hasLive(): boolean {
    for (const { isSilent } of this.watched.values()) if (!isSilent) return true;
    return false;
  }

  onIssued({ routerId, bootId, batch, basis }: Issued, now: number): void {
    const known = this.watched.get(routerId);
    if (!known) {
      if (this.watched.size >= MAX_ROUTERS) return;
      if (batch === 0) this.tell('router-started', routerId, 'has begun');
      this.watched.set(routerId, { bootId, nextBatch: batch + 1, heardAt: now, isSilent: false });
    } else {
      this.hearAgain(known, { routerId, bootId, batch }, now);
    }
    for (const step of basis?.steps ?? []) this.noteStep(routerId, step);
  }

  onLook(now: number): void {
    for (const [routerId, watched] of this.watched) {
      const silentMs = now - watched.heardAt;
      if (silentMs > GONE_MS) this.watched.delete(routerId);
      else if (silentMs > ROUTER_LIVE_MS && !watched.isSilent && !this.scene.fleet.isBusSuspect) {
        watched.isSilent = true;
        this.tell('router-silent', routerId, `no sign of life for ${duration(silentMs)}`);
      }
    }
  }

  onGap(now: number): void {
    for (const watched of this.watched.values())
      Object.assign(watched, { nextBatch: undefined, heardAt: now });
  }

  private hearAgain(
    known: Watched,
    { routerId, bootId, batch }: Pick<Issued, 'routerId' | 'bootId' | 'batch'>,
    now: number,
  ): void {
    if (known.bootId !== bootId) {
      this.tell('router-started', routerId, 'has begun anew, with an empty memory');
    } else {
      if (known.isSilent)
        this.tell('router-back', routerId, `heard again after ${duration(now - known.heardAt)}`);
      const lost = batch - (known.nextBatch ?? batch);
      if (lost > 0)
        this.tell('router-missed', routerId, `${lost} of its batches of decisions are not on the log`);
    }
    const nextBatch = known.bootId === bootId ? Math.max(known.nextBatch ?? 0, batch + 1) : batch + 1;
    Object.assign(known, { bootId, nextBatch, heardAt: now, isSilent: false });
  }

  private noteStep(routerId: string, { kind, atMs }: RouterStep): void {
    if (kind === 'link-down') {
      this.tell('router-cut-off', routerId, 'lost its link to the log, answers from memory', atMs);
    } else if (kind === 'link-up') {
      this.tell('router-linked', routerId, 'has its link to the log again', atMs);
    } else {
      this.tell('router-missed', routerId, `missed a part of the log at ${timeOfDay(atMs)}`, atMs);
    }
  }

  private tell(kind: IncidentKind, router: string, text: string, atMs?: number): void {
    this.scene.tell({ kind, router, text: `router ${router} ${text}` }, atMs);
  }
}
