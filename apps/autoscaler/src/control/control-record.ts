import { regionControlKey, regionControlSchema, type RegionControl } from '@spillway/contracts';
import { RevisionConflictError, StateError, type StateStore } from '@spillway/messaging';
import type { Term } from '../lease/term.js';
import { Lane } from '../announce/lane.js';
import { ControlUnreadableError, FencedError } from './errors.js';

/** Writes of the last leader that may still come in before it notices. */
const MAX_CONFLICTS = 5;

interface Stored {
  readonly control: RegionControl;
  readonly revision: number;
}

/**
 * The control state of one region, as this term of leadership has stored it. Written by compare-and-set, one after the
 * other; a write that fails leaves it unknown what is stored, so the term must end then.
 */
export class ControlRecord {
  private readonly lane = new Lane();
  private isBroken = false;

  private constructor(
    private readonly state: StateStore,
    private readonly term: Term,
    readonly region: string,
    private stored: Stored,
  ) {}

  /**
   * Takes the region over: what is stored, or `initial` where nothing is, is written under this term's generation. From
   * then on every write of an earlier leader is refused.
   * @throws {FencedError} when a later leader was here; {ControlUnreadableError}; {StateError}
   */
  static async takeOver(
    state: StateStore,
    term: Term,
    region: string,
    initial: () => RegionControl,
  ): Promise<ControlRecord> {
    for (let conflicts = 0; ; conflicts++) {
      const before = await readControl(state, region);
      term.ensureCurrent();
      const generationBefore = before?.control.generation ?? 0;
      if (generationBefore > term.generation) throw new FencedError(region, generationBefore);
      const control = { ...(before?.control ?? initial()), generation: term.generation };
      try {
        const revision = await state.put(regionControlKey(region), control, before?.revision);
        return new ControlRecord(state, term, region, { control, revision });
      } catch (error) {
        if (!(error instanceof RevisionConflictError) || conflicts >= MAX_CONFLICTS) throw error;
      }
    }
  }

  /** What is stored. */
  get control(): RegionControl {
    return this.stored.control;
  }

  /** Stores this unless something newer is to be stored first. */
  offer(control: RegionControl, onFailure: (error: unknown) => void): void {
    this.lane.offer(() => this.put(control), onFailure);
  }

  /** Stores this after all that waits. @throws {TermOverError}, {RevisionConflictError}, {StateError} */
  save(control: RegionControl): Promise<void> {
    return this.lane.enqueue(() => this.put(control));
  }

  private async put(control: RegionControl): Promise<void> {
    this.term.ensureCurrent();
    if (this.isBroken) throw new FencedError(this.region, this.stored.control.generation);
    // A write of which the outcome is unknown may come in late: nothing is written after it in this term.
    this.isBroken = true;
    const stamped = { ...control, generation: this.term.generation };
    const revision = await this.state.put(regionControlKey(this.region), stamped, this.stored.revision);
    this.stored = { control: stamped, revision };
    this.isBroken = false;
  }
}

async function readControl(state: StateStore, region: string): Promise<Stored | undefined> {
  const stored = await state.get(regionControlKey(region)).catch((error: unknown) => {
    const isNoJson = error instanceof StateError && error.code === 'unreadable';
    throw isNoJson ? new ControlUnreadableError(region, error) : error;
  });
  if (!stored) return undefined;
  const parsed = regionControlSchema.safeParse(stored.value);
  if (!parsed.success) throw new ControlUnreadableError(region, parsed.error);
  return { control: parsed.data, revision: stored.revision };
}
