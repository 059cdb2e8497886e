import type { Inventory } from '@spillway/scaling';
import type { ProviderKind } from '@spillway/contracts';
import pRetry from 'p-retry';
import type { AutoscalerMetrics } from '../autoscaler-metrics.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Group, Provider } from '../providers/provider.js';
import { withLimit } from './with-limit.js';

/** Milliseconds one call may take. */
const LIMIT_MS = { inventory: 10_000, end: 60_000, grow: 60_000 } as const;
type Call = keyof typeof LIMIT_MS;

/** Of what may work the next time, besides the first try: 0.5 s, 1 s, 2 s and 4 s apart. */
const RETRIES = 4;

/** Every call of a provider goes through here: with a limit, counted and timed. */
export class ProviderCalls {
  constructor(
    private readonly providerOf: (kind: ProviderKind) => Provider,
    private readonly metrics: Pick<AutoscalerMetrics, 'providerErrors' | 'providerSeconds'>,
  ) {}

  /** @throws {ProviderError} */
  inventory(group: Group, signal: AbortSignal): Promise<Inventory> {
    return this.once('inventory', group, signal, (provider, limit) => provider.inventory(group, limit));
  }

  /** @param ensure is called before each try and throws where there must be none. @throws {ProviderError} */
  grow(group: Group, desired: number, signal: AbortSignal, ensure: () => void): Promise<void> {
    const call = () =>
      this.once('grow', group, signal, (provider, limit) => provider.grow(group, desired, limit));
    return this.persist(call, signal, ensure);
  }

  /** As `grow`. */
  end(
    group: Group,
    instanceIds: readonly string[],
    desired: number,
    signal: AbortSignal,
    ensure: () => void,
  ): Promise<void> {
    const call = () =>
      this.once('end', group, signal, (provider, limit) => provider.end(group, instanceIds, desired, limit));
    return this.persist(call, signal, ensure);
  }

  private persist(call: () => Promise<void>, signal: AbortSignal, ensure: () => void): Promise<void> {
    const attempt = () => {
      ensure();
      return call();
    };
    return pRetry(attempt, {
      retries: RETRIES,
      minTimeout: 500,
      maxTimeout: 4_000,
      signal,
      shouldRetry: ({ error }) => error instanceof ProviderError && error.isRetryable,
    });
  }

  private async once<T>(
    call: Call,
    group: Group,
    signal: AbortSignal,
    work: (provider: Provider, limit: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const provider = group.settings.kind;
    const end = this.metrics.providerSeconds.startTimer({ provider, call });
    try {
      return await withLimit(LIMIT_MS[call], signal, (limit) => work(this.providerOf(provider), limit));
    } catch (error) {
      const failure = error instanceof ProviderError ? error : faultOf(provider, call, error);
      this.metrics.providerErrors.inc({ provider, call, code: failure.code });
      throw failure;
    } finally {
      end();
    }
  }
}

/** What a provider throws besides is a fault in it: the plan fails, the autoscaler does not. */
function faultOf(provider: ProviderKind, call: Call, error: unknown): ProviderError {
  const remedy = 'This is a fault of the provider: report it with this text';
  return new ProviderError('refused', `${provider} failed in ${call}: ${String(error)}`, remedy, error);
}
