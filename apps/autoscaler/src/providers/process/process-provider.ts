import { setTimeout as sleep } from 'node:timers/promises';
import type { Inventory } from '@spillway/scaling';
import type { SettingsOf } from '../provider-definition.js';
import { ProviderError } from '../provider-error.js';
import type { Group, Provider } from '../provider.js';
import { namesOf } from '../tell.js';
import { Claims } from './claims.js';
import { phaseOf, type InstanceRecord } from './instance-record.js';
import { endPair, startPair, type PairOptions } from './pair.js';
import { settled } from './settled.js';
import type { Slots } from './slots.js';
import type { StateFolder } from './state-folder.js';

export interface ProcessProviderOptions {
  readonly state: StateFolder;
  readonly slots: Slots;
  readonly turnAddress: string;
  readonly pair: PairOptions;
}

type ProcessGroup = Group<SettingsOf<'process'>>;

const POLL_MS = 50;
/** Longer than a pair may take to end. */
const END_LIMIT_MS = 20_000;

/**
 * Pairs of coturn and reporter on this machine, `<region>-s<n>`. Whatever it has begun it brings to its end, also when
 * the signal is aborted: each step has a limit of its own, and what a killed autoscaler leaves is found in the records.
 */
export class ProcessProvider implements Provider<SettingsOf<'process'>> {
  readonly kind = 'process';
  #made: (ProcessProviderOptions & { readonly claims: Claims }) | undefined;

  /** @param prepare may throw, which every call throws then */
  constructor(private readonly prepare: () => ProcessProviderOptions) {}

  async inventory({ region }: ProcessGroup, signal: AbortSignal): Promise<Inventory> {
    return settled(`looking at the processes of ${region}`, signal, async () => {
      const records = this.#prepared().claims.of(region);
      return {
        instances: records.map((record) => ({ instanceId: record.instanceId, phase: phaseOf(record) })),
      };
    });
  }

  async grow(group: ProcessGroup, desired: number, signal: AbortSignal): Promise<void> {
    await settled(`growing ${group.region}`, signal, async () => {
      const { claims } = this.#prepared();
      await this.#endAll(await claims.forEnding(group, []));
      const { claimed, shortage } = await claims.forStarting(group, desired);
      const started = await Promise.allSettled(claimed.map((record) => this.#start(record)));
      for (const each of started) if (each.status === 'rejected') throw each.reason;
      if (shortage) throw shortage;
    });
  }

  async end(
    group: ProcessGroup,
    instanceIds: readonly string[],
    _: number,
    signal: AbortSignal,
  ): Promise<void> {
    await settled(`ending ${namesOf(instanceIds)}`, signal, async () => {
      await this.#endAll(await this.#prepared().claims.forEnding(group, instanceIds));
      await this.#untilGone(group.region, instanceIds);
    });
  }

  #prepared() {
    if (this.#made) return this.#made;
    const options = this.prepare();
    this.#made = { ...options, claims: new Claims(options.state, options.slots) };
    return this.#made;
  }

  async #start(claim: InstanceRecord): Promise<void> {
    const { claims, state, slots, turnAddress, pair } = this.#prepared();
    const { region, instanceId, slot } = claim;
    const node = { region, nodeId: instanceId, turnAddress, ...slots.portsOf(slot) };
    let record = claim;
    try {
      await startPair(node, state.filesOf(instanceId), pair, async (which, identity) => {
        record = { ...record, [which]: identity };
        await claims.advance(record);
      });
      await claims.advance({ ...record, phase: 'running', actor: null });
    } catch (error) {
      await this.#end(record);
      throw error;
    }
  }

  async #endAll(claimed: readonly InstanceRecord[]): Promise<void> {
    await Promise.all(claimed.map((record) => this.#end(record)));
  }

  async #end(record: InstanceRecord): Promise<void> {
    const { claims, state } = this.#prepared();
    try {
      await endPair(record, state.filesOf(record.instanceId));
      await claims.release(record);
    } catch (error) {
      claims.abandon(record);
      throw error;
    }
  }

  /** What another autoscaler is ending at this moment. */
  async #untilGone(region: string, instanceIds: readonly string[]): Promise<void> {
    const { claims } = this.#prepared();
    const deadline = performance.now() + END_LIMIT_MS;
    for (;;) {
      const left = claims.of(region).filter(({ instanceId }) => instanceIds.includes(instanceId));
      if (left.length === 0) return;
      if (performance.now() > deadline) {
        const ids = left.map(({ instanceId }) => instanceId).join(', ');
        throw new ProviderError('conflict', `${ids} is still being ended`, 'It is tried again');
      }
      await sleep(POLL_MS);
    }
  }
}
