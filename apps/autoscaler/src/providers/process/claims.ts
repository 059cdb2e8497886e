import { tokenSchema } from '@spillway/contracts';
import { identifyProcess, type ProcessIdentity } from '@spillway/local-nodes';
import { ProviderError } from '../provider-error.js';
import type { Group } from '../provider.js';
import { checkFence } from './fence.js';
import { isBroken, phaseOf, type InstanceRecord } from './instance-record.js';
import type { Slots } from './slots.js';
import type { StateFolder } from './state-folder.js';

export interface Claim {
  /** To be started by whoever claimed them. */
  readonly claimed: readonly InstanceRecord[];
  /** Why there are not as many as were wanted. */
  readonly shortage: ProviderError | undefined;
}

/** Who starts and who ends what: written down before it is done, so that two autoscalers never do the same. */
export class Claims {
  constructor(
    private readonly state: StateFolder,
    private readonly slots: Slots,
  ) {}

  of(region: string): InstanceRecord[] {
    return this.state.records().filter((record) => record.region === region);
  }

  /** As many as `region` lacks of `desired`, or as there are ports for. @throws {ProviderError} `stale-plan` */
  async forStarting(group: Group, desired: number): Promise<Claim> {
    const { state } = this;
    const claimed: InstanceRecord[] = [];
    return state.lock.hold(async () => {
      checkFence(group, state);
      const present = this.of(group.region).filter((record) => phaseOf(record) !== 'ending').length;
      try {
        while (present + claimed.length < desired) claimed.push(await this.#claimNext(group.region));
      } catch (error) {
        if (error instanceof ProviderError) return { claimed, shortage: error };
        for (const { instanceId } of claimed) state.remove(instanceId);
        throw error;
      }
      return { claimed, shortage: undefined };
    });
  }

  async #claimNext(region: string): Promise<InstanceRecord> {
    const found = await this.slots.findFree(new Set(this.state.records().map(({ slot }) => slot)));
    if ('problems' in found) throw noRoom(region, this.slots.count, found.problems);
    const known = this.state.region(region);
    const number = known.lastNumber + 1;
    const instanceId = instanceIdOf(region, number);
    const record = { region, instanceId, slot: found.slot, phase: 'starting' as const, actor: me() };
    this.state.writeRegion(region, { ...known, lastNumber: number });
    this.state.write(record);
    return record;
  }

  /** Those given and what is broken, without what somebody else is ending. @throws {ProviderError} `stale-plan` */
  async forEnding(group: Group, instanceIds: readonly string[]): Promise<InstanceRecord[]> {
    return this.state.lock.hold(() => {
      checkFence(group, this.state);
      const chosen = this.of(group.region).filter(
        (record) =>
          isBroken(record) || (instanceIds.includes(record.instanceId) && record.phase !== 'ending'),
      );
      return chosen.map((record) => {
        const claimed: InstanceRecord = Object.assign({}, record, { phase: 'ending', actor: me() });
        this.state.write(claimed);
        return claimed;
      });
    });
  }

  /** Writes down what has become of one that is being started. @throws {ProviderError} when it was ended meanwhile. */
  async advance(record: InstanceRecord): Promise<void> {
    await this.state.lock.hold(() => {
      const current = this.state.record(record.instanceId);
      if (!current || current.phase === 'ending') {
        throw new ProviderError(
          'cannot-start',
          `${record.instanceId} was ended while it started`,
          'Nothing is to be done',
        );
      }
      this.state.write(record);
    });
  }

  async release({ instanceId }: InstanceRecord): Promise<void> {
    await this.state.lock.hold(() => this.state.remove(instanceId));
  }

  /** For whoever ends next: nobody is at it any more. */
  abandon(record: InstanceRecord): void {
    this.state.write({ ...record, phase: 'ending', actor: null });
  }
}

function me(): ProcessIdentity | null {
  return identifyProcess(process.pid) ?? null;
}

function instanceIdOf(region: string, number: number): string {
  const id = `${region}-s${number}`;
  if (tokenSchema.safeParse(id).success) return id;
  const remedy = 'Give the region a shorter name: that of a node has 64 characters at most';
  throw new ProviderError('misconfigured', `${id} cannot be the name of a node`, remedy);
}

function noRoom(region: string, slots: number, problems: readonly string[]): ProviderError {
  const why = problems.length === 0 ? `all ${slots} places are taken` : problems.join(', ');
  return new ProviderError(
    'no-room',
    `There are no ports for another node of ${region}: ${why}`,
    'Change PROCESS_TURN_PORTS, PROCESS_RELAY_PORTS or PROCESS_TURN_ADDRESS, or lower max of the region',
  );
}
