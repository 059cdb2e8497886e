import type { ProviderKind, ProviderPolicy } from '@spillway/contracts';
import type { Inventory } from '@spillway/scaling';

/** The instances of one region, as the policy describes them. */
export interface Group<Settings extends ProviderPolicy = ProviderPolicy> {
  readonly region: string;
  readonly settings: Settings;
  /** Which plan is being carried out: for providers that can refuse a stale one, and for their logs. */
  readonly fence: { readonly generation: number; readonly revision: number };
}

/** Who starts and ends instances. Every call is absolute: made twice it does what it does once. */
export interface Provider<Settings extends ProviderPolicy = ProviderPolicy> {
  readonly kind: ProviderKind;

  /** What there is now, booting and ending instances included. @throws {ProviderError} */
  inventory(group: Group<Settings>, signal: AbortSignal): Promise<Inventory>;

  /**
   * Brings the group up to `desired` instances, booting ones counted and ending ones not; never ends any.
   * Returns once the provider has accepted it. @throws {ProviderError}
   */
  grow(group: Group<Settings>, desired: number, signal: AbortSignal): Promise<void>;

  /**
   * Ends exactly these instances, after which the group shall have `desired`; one that is gone already is fine.
   * Returns once the provider has accepted it. @throws {ProviderError}
   */
  end(
    group: Group<Settings>,
    instanceIds: readonly string[],
    desired: number,
    signal: AbortSignal,
  ): Promise<void>;
}
