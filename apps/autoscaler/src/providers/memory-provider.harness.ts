import { once } from 'node:events';
import type { ProviderKind } from '@spillway/contracts';
import type { Instance, Inventory } from '@spillway/scaling';
import type { Group, Provider } from './provider.js';
import { abortedError, ProviderError } from './provider-error.js';

export type ProviderCall =
  | { readonly name: 'inventory'; readonly group: Group }
  | { readonly name: 'grow'; readonly group: Group; readonly desired: number }
  | {
      readonly name: 'end';
      readonly group: Group;
      readonly instanceIds: readonly string[];
      readonly desired: number;
    };

/** What several `MemoryProvider`s, as of several autoscalers, act on: instances `<region>-s<n>`, no `n` ever twice. */
export class MemoryCloud {
  readonly #regions = new Map<string, { instances: Map<string, Instance['phase']>; started: number }>();

  /** Of a region; `undefined` when nobody ever spoke of it. */
  instances(region: string): readonly Instance[] {
    const instances = [...(this.#regions.get(region)?.instances ?? [])];
    return instances.map(([instanceId, phase]) => ({ instanceId, phase }));
  }

  /** Instances ever started in the region: tells one growth from two. */
  started(region: string): number {
    return this.#regions.get(region)?.started ?? 0;
  }

  /** Starts one, as somebody could by hand. */
  start(region: string, phase: Instance['phase'] = 'booting'): string {
    const known = this.#regions.get(region) ?? { instances: new Map(), started: 0 };
    known.started++;
    const instanceId = `${region}-s${known.started}`;
    known.instances.set(instanceId, phase);
    this.#regions.set(region, known);
    return instanceId;
  }

  /** Moves an instance on; `gone` takes it away. */
  become(region: string, instanceId: string, phase: Instance['phase'] | 'gone'): void {
    const instances = this.#regions.get(region)?.instances;
    if (phase === 'gone') instances?.delete(instanceId);
    else if (instances?.has(instanceId)) instances.set(instanceId, phase);
  }
}

export interface MemoryProviderOptions {
  readonly kind?: ProviderKind;
  /** Phase of what it has just started. */
  readonly startsAs?: 'booting' | 'running';
  /** Regions it has a group for; all unless given. */
  readonly regions?: readonly string[];
}

/** A provider without machines, for specs: counts what it is asked, fails or hangs when told to. */
export class MemoryProvider implements Provider {
  readonly kind: ProviderKind;
  readonly calls: ProviderCall[] = [];
  #failure: ProviderError | undefined;
  #isHanging = false;

  constructor(
    readonly cloud = new MemoryCloud(),
    private readonly options: MemoryProviderOptions = {},
  ) {
    this.kind = options.kind ?? 'process';
  }

  /** Every call throws this until told `undefined`. */
  failWith(failure: ProviderError | undefined): void {
    this.#failure = failure;
  }

  /** Every call from now on answers to its signal alone, and does nothing. */
  hang(isHanging = true): void {
    this.#isHanging = isHanging;
  }

  async inventory(group: Group, signal: AbortSignal): Promise<Inventory> {
    await this.#take({ name: 'inventory', group }, signal);
    return { instances: this.cloud.instances(group.region) };
  }

  async grow(group: Group, desired: number, signal: AbortSignal): Promise<void> {
    await this.#take({ name: 'grow', group, desired }, signal);
    const { region } = group;
    const present = this.cloud.instances(region).filter(({ phase }) => phase !== 'ending').length;
    for (let missing = desired - present; missing > 0; missing--) {
      this.cloud.start(region, this.options.startsAs);
    }
  }

  async end(
    group: Group,
    instanceIds: readonly string[],
    desired: number,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#take({ name: 'end', group, instanceIds, desired }, signal);
    for (const instanceId of instanceIds) this.cloud.become(group.region, instanceId, 'gone');
  }

  async #take(call: ProviderCall, signal: AbortSignal): Promise<void> {
    this.calls.push(call);
    if (this.#isHanging && !signal.aborted) await once(signal, 'abort');
    if (signal.aborted) throw abortedError(`${call.name} of ${call.group.region}`, signal);
    if (this.#failure) throw this.#failure;
    const { regions } = this.options;
    if (regions && !regions.includes(call.group.region)) {
      throw new ProviderError(
        'group-not-found',
        `There is no group ${call.group.region}`,
        'Name one that is',
      );
    }
  }
}
