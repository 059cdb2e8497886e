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
  readonly homes: Map<string, { clients: number }>;
  /** A client may be given several nodes' credentials. */
  credentials: number;
  /** Where clients belonged of whom nobody counted. */
  presumed: ReadonlyMap<string, number>;
}

/** Credentials of one region. */
export interface Issuance {
  /** Issued within a mean session. */
  readonly credentials: number;
  /** How many were counted for that, and of how many seconds. */
  readonly counted: number;
  readonly seconds: number;
}

/**
 * Counts the credentials of the `issued` batches, per region that serves, by the region the clients belong to.
 * Counts fade with the mean session, so that they stand for those whose load is there now.
 *
 * Time in which nothing was heard of any router is no time without clients: `secondsSeen` fades like the counts
 * and grows only while batches come (they do every two seconds). Counts ÷ `secondsSeen` is the rate, from the first
 * minute on and after every gap; and of the load of clients who came while nobody counted, the part of a session
 * that was not seen, what was known before is presumed.
 */
export class Arrivals {
  private readonly byRegion = new Map<string, Tally>();
  private lastEntryMs = -Infinity;
  private seenSinceMs = Infinity;
  private secondsSeen = 0;

  /**
   * @param sessionSeconds the mean session: the counts' time constant.
   * @param defaultRegion where clients belong of whom nobody knows where they are, if there is such a region.
   */
  observe({ at, event }: LogEntry, sessionSeconds: number, defaultRegion?: string): void {
    if (event.kind !== 'issued') return;
    const now = Math.max(at, this.lastEntryMs);
    const elapsedMs = now - this.lastEntryMs;
    if (elapsedMs > MAX_GAP_MS) this.beginAnew(now, sessionSeconds);
    const kept = fade(elapsedMs / 1000, sessionSeconds);
    this.secondsSeen = this.secondsSeen * kept + (elapsedMs > MAX_GAP_MS ? 0 : sessionSeconds * (1 - kept));
    this.lastEntryMs = now;
    for (const decision of event.issued.decisions) {
      // Of a time nobody watched: it would count without the seconds it belongs to.
      if (at - decision.ageMs < this.seenSinceMs) continue;
      const weight = fade(decision.ageMs / 1000, sessionSeconds);
      this.count(decision, homeOf(decision, defaultRegion), now, weight, sessionSeconds);
    }
  }

  /** Takes over from another what it knew of where a region's clients belong. */
  presume(region: string, origins: Origins): void {
    if (Object.keys(origins).length > 0) this.tallyOf(region).presumed = new Map(Object.entries(origins));
  }

  /** Shares of the region's clients by where they belong; its own, as long as nothing is known. */
  origins(region: string, sessionSeconds: number): Origins {
    const tally = this.byRegion.get(region);
    if (!tally) return { [region]: 1 };
    let total = 0;
    for (const { clients } of tally.homes.values()) total += clients;
    const seen = total > 0 ? Math.min(1, this.secondsSeen / sessionSeconds) : 0;
    const presumed = (home: string) => (1 - seen) * (tally.presumed.get(home) ?? 0);
    const shares: [home: string, share: number][] = [];
    for (const [home, { clients }] of tally.homes)
      shares.push([home, (seen * clients) / total + presumed(home)]);
    for (const home of tally.presumed.keys()) {
      if (!tally.homes.has(home)) shares.push([home, presumed(home)]);
    }
    shares.sort(([a], [b]) => (a < b ? -1 : 1));
    const listed: Record<string, number> = {};
    for (const [home, share] of shares) if (share >= MIN_SHARE) listed[home] = Math.min(1, share);
    return listed;
  }

  issuance(region: string, now: number, sessionSeconds: number): Issuance {
    const counted = this.tallyAt(region, now, sessionSeconds).credentials;
    const seconds = this.secondsSeen * fade((now - this.lastEntryMs) / 1000, sessionSeconds);
    return { credentials: seconds > 0 ? (counted * sessionSeconds) / seconds : 0, counted, seconds };
  }

  private beginAnew(now: number, sessionSeconds: number): void {
    for (const [region, tally] of this.byRegion) {
      tally.presumed = new Map(Object.entries(this.origins(region, sessionSeconds)));
    }
    this.seenSinceMs = now;
  }

  private count(
    decision: DecisionRecord,
    home: string,
    now: number,
    weight: number,
    sessionSeconds: number,
  ): void {
    if (!this.byRegion.has(decision.region) && this.byRegion.size >= MAX_REGIONS) return;
    const tally = this.tallyAt(decision.region, now, sessionSeconds);
    const known = tally.homes.get(home);
    if (!known && tally.homes.size >= MAX_REGIONS) return;
    if (known) known.clients += weight;
    else tally.homes.set(home, { clients: weight });
    tally.credentials += weight * decision.nodes.length;
  }

  private tallyOf(region: string): Tally {
    let tally = this.byRegion.get(region);
    if (!tally) {
      tally = { atMs: this.lastEntryMs, homes: new Map(), credentials: 0, presumed: new Map([[region, 1]]) };
      this.byRegion.set(region, tally);
    }
    return tally;
  }

  /** The region's counts, faded to `now`. */
  private tallyAt(region: string, now: number, sessionSeconds: number): Tally {
    const tally = this.tallyOf(region);
    if (now <= tally.atMs) return tally;
    const kept = fade((now - tally.atMs) / 1000, sessionSeconds);
    tally.homes.forEach((home, id) => {
      home.clients *= kept;
      if (home.clients < MIN_COUNT) tally.homes.delete(id);
    });
    tally.credentials *= kept;
    tally.atMs = now;
    return tally;
  }
}

/**
 * Where a client would be served with all prices at zero: the nearest region it may use; the region it was served
 * in when it asked for that one; the policy's default region when nobody knows where it is.
 */
function homeOf(
  { region, nearestRegion, reason }: DecisionRecord,
  defaultRegion: string | undefined,
): string {
  if (reason === 'preferred') return region;
  return nearestRegion ?? (reason === 'fallback' ? defaultRegion : undefined) ?? region;
}

function fade(seconds: number, sessionSeconds: number): number {
  return Math.exp(-Math.max(0, seconds) / sessionSeconds);
}
