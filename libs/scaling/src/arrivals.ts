import type { DecisionRecord, LogEntry, Origins } from '@spillway/contracts';
import { MAX_GAP_MS } from './price.js';

/** Shares below this are left out of what is published. */
const MIN_SHARE = 0.001;

/** Regions, and homes of one region's clients, that are counted: more than all clouds have. */
const MAX_REGIONS = 300;
/** Less of a client than this is forgotten. */
const MIN_COUNT = 0.001;

/** What was issued in one region, fading. */
interface Tally {
  atMs: number;
  /** Clients by the region they belong to. */
  readonly homes: Map<string, number>;
  /** A client may be given several nodes' credentials. */
  credentials: number;
  /** Seconds of the fading window that these counts stand for, where a successor took them over. */
  inheritedSeconds: number;
}

/**
 * Counts the credentials of the `issued` batches, per region that serves, by the region the clients belong to.
 * Counts fade with the mean session, so that they stand for those whose load is there now.
 *
 * Time in which nothing was heard of any router is no time without arrivals: `secondsSeen` fades like the counts
 * and grows only while batches come (they do every two seconds), so counts ÷ `secondsSeen` is the rate from the
 * first minute on, and after every gap.
 */
export class Arrivals {
  private readonly byRegion = new Map<string, Tally>();
  private lastEntryMs = -Infinity;
  private seenSinceMs = Infinity;
  private secondsSeen = 0;

  /** @param sessionSeconds the mean session: the counts' time constant. */
  observe({ at, event }: LogEntry, sessionSeconds: number): void {
    if (event.kind !== 'issued') return;
    const now = Math.max(at, this.lastEntryMs);
    const elapsed = (now - this.lastEntryMs) / 1000;
    const kept = fade(elapsed, sessionSeconds);
    this.secondsSeen *= kept;
    if (elapsed * 1000 <= MAX_GAP_MS) this.secondsSeen += sessionSeconds * (1 - kept);
    else this.seenSinceMs = now;
    this.lastEntryMs = now;
    for (const decision of event.issued.decisions) {
      // Of a time nobody watched: it would count without the seconds it belongs to.
      if (at - decision.ageMs < this.seenSinceMs) continue;
      this.count(decision, now, fade(decision.ageMs / 1000, sessionSeconds), sessionSeconds);
    }
  }

  /** Goes on from what another knew: shares, and how many credentials its load stood for. */
  inherit(region: string, origins: Origins, credentials: number, now: number, sessionSeconds: number): void {
    const tally = this.tallyAt(region, now, sessionSeconds);
    for (const [home, share] of Object.entries(origins)) {
      tally.homes.set(home, (tally.homes.get(home) ?? 0) + share * credentials);
    }
    tally.credentials += credentials;
    tally.inheritedSeconds += sessionSeconds;
  }

  /** Shares of the region's clients by where they belong; empty when there were none. */
  origins(region: string): Origins {
    const homes = this.byRegion.get(region)?.homes ?? new Map<string, number>();
    let total = 0;
    for (const count of homes.values()) total += count;
    if (total <= 0) return {};
    const shares = [...homes].map(([home, count]) => [home, count / total] as const);
    return Object.fromEntries(
      shares.filter(([, share]) => share >= MIN_SHARE).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }

  /** Credentials issued in the region within a mean session; `seconds` of it are what that rests on. */
  perSession(
    region: string,
    now: number,
    sessionSeconds: number,
  ): { readonly credentials: number; readonly counted: number; readonly seconds: number } {
    const tally = this.tallyAt(region, now, sessionSeconds);
    const sinceEntry = Math.max(0, now - this.lastEntryMs) / 1000;
    const seconds = this.secondsSeen * fade(sinceEntry, sessionSeconds) + tally.inheritedSeconds;
    const credentials = seconds > 0 ? (tally.credentials * sessionSeconds) / seconds : 0;
    return { credentials, counted: tally.credentials, seconds };
  }

  private count(decision: DecisionRecord, now: number, weight: number, sessionSeconds: number): void {
    if (!this.byRegion.has(decision.region) && this.byRegion.size >= MAX_REGIONS) return;
    const tally = this.tallyAt(decision.region, now, sessionSeconds);
    const home = homeOf(decision);
    if (!tally.homes.has(home) && tally.homes.size >= MAX_REGIONS) return;
    tally.homes.set(home, (tally.homes.get(home) ?? 0) + weight);
    tally.credentials += weight * decision.nodes.length;
  }

  /** The region's counts, faded to `now`. */
  private tallyAt(region: string, now: number, sessionSeconds: number): Tally {
    let tally = this.byRegion.get(region);
    if (!tally) {
      tally = { atMs: now, homes: new Map(), credentials: 0, inheritedSeconds: 0 };
      this.byRegion.set(region, tally);
    }
    const kept = fade((now - tally.atMs) / 1000, sessionSeconds);
    if (kept < 1) {
      for (const [home, count] of tally.homes) {
        if (count * kept < MIN_COUNT) tally.homes.delete(home);
        else tally.homes.set(home, count * kept);
      }
      tally.credentials *= kept;
      tally.inheritedSeconds *= kept;
      tally.atMs = now;
    }
    return tally;
  }
}

/**
 * Where a client would be served with all prices at zero: the nearest region it may use; the region it was served
 * in when it asked for that one, or when nobody knows where it is.
 */
function homeOf({ region, nearestRegion, reason }: DecisionRecord): string {
  return reason === 'preferred' ? region : (nearestRegion ?? region);
}

function fade(seconds: number, sessionSeconds: number): number {
  return Math.exp(-Math.max(0, seconds) / sessionSeconds);
}
