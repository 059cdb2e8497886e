import { isDeepStrictEqual } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import type { ProviderPolicy } from '@spillway/contracts';
import { OncePerKey } from '@spillway/runtime';
import type { Inventory } from '@spillway/scaling';
import type { ProviderCalls } from '../execute/provider-calls.js';
import type { Group } from '../providers/provider.js';

/** Milliseconds from one question to the next, and how long an answer is believed. */
const REFRESH_MS = 5_000;
const BELIEVED_MS = 20_000;

interface Entry {
  readonly settings: ProviderPolicy;
  readonly askedAtMs: number;
  isAsking: boolean;
  /** Asked for the first time since it was last of use: there can be no answer yet. */
  readonly isFirst: boolean;
  /** The last answer, and when it was asked for. */
  answer: { readonly inventory: Inventory; readonly askedAtMs: number } | undefined;
}

/** What the providers have, asked in the background. What is not known for sure is `undefined`, never empty. */
export class Inventories {
  private readonly entries = new Map<string, Entry>();
  private readonly complaints: OncePerKey;

  constructor(
    private readonly calls: Pick<ProviderCalls, 'inventory'>,
    logger: LoggerService,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.complaints = new OncePerKey(logger, 'Providers');
  }

  /** Asks when it is time to. */
  refresh(group: Group, signal: AbortSignal): void {
    const { region, settings } = group;
    const known = this.entries.get(region);
    const entry = known && isDeepStrictEqual(known.settings, settings) ? known : undefined;
    const askedAtMs = this.monotonicMs();
    if (entry && (entry.isAsking || askedAtMs - entry.askedAtMs < REFRESH_MS)) return;
    const asking: Entry = { settings, askedAtMs, isAsking: true, isFirst: !entry, answer: entry?.answer };
    this.entries.set(region, asking);
    void this.ask(asking, group, signal);
  }

  /** Something was done there: what is known, or is being answered just now, does not count. */
  invalidate(region: string): void {
    this.entries.delete(region);
  }

  clear(): void {
    this.entries.clear();
  }

  /** By region. */
  current(regions: Iterable<string>): Map<string, Inventory | undefined> {
    return new Map([...regions].map((region) => [region, this.of(region)]));
  }

  /** Regions that were asked for and whose inventory is not known. */
  get unknown(): string[] {
    return [...this.entries].flatMap(([region, { isAsking, isFirst }]) =>
      (isAsking && isFirst) || this.of(region) ? [] : [region],
    );
  }

  private of(region: string): Inventory | undefined {
    const answer = this.entries.get(region)?.answer;
    return answer && this.monotonicMs() - answer.askedAtMs < BELIEVED_MS ? answer.inventory : undefined;
  }

  private async ask(entry: Entry, group: Group, signal: AbortSignal): Promise<void> {
    const { region, settings } = group;
    try {
      entry.answer = {
        inventory: await this.calls.inventory(group, signal),
        askedAtMs: entry.askedAtMs,
      };
      this.complaints.forget(region);
    } catch (error) {
      entry.answer = undefined;
      if (!signal.aborted) {
        this.complaints.warn(
          region,
          `${region}: what its ${settings.kind} provider has is unknown: ${String(error)}`,
        );
      }
    } finally {
      entry.isAsking = false;
    }
  }
}
