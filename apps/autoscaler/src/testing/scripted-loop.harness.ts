import { regionControlSchema, type LogEntry, type RegionControl, type Scale } from '@spillway/contracts';
import type { RegionStep, ScalePlan, StepInput } from '@spillway/scaling';
import type { Loop } from '../control/loop.js';

export function aControl(overrides: Partial<RegionControl> = {}): RegionControl {
  return regionControlSchema.parse({
    atMs: 0,
    generation: 0,
    revision: 0,
    integralMs: 0,
    demand: null,
    loadPerCredential: { bandwidthBps: 0, allocations: 1 },
    origins: {},
    overload: null,
    lastGrowthAtMs: null,
    lastShrinkAtMs: null,
    spareSinceMs: null,
    shortSinceMs: null,
    bootSeconds: null,
    failedBoots: 0,
    changesAtMs: [],
    plan: null,
    ...overrides,
  });
}

export function aPlan(overrides: Partial<ScalePlan> = {}): ScalePlan {
  return {
    revision: 1,
    parentRevision: null,
    generation: 0,
    current: 0,
    desired: 1,
    drain: [],
    undrain: [],
    terminate: [],
    reasons: [],
    ...overrides,
  };
}

/** A control loop that says what it is told to say, by region; what is said is said once. */
export class ScriptedLoop implements Loop {
  readonly controls = new Map<string, RegionControl>();
  readonly inputs: StepInput[] = [];
  readonly observed: LogEntry[] = [];
  private readonly script = new Map<string, Partial<RegionStep>>();

  /** To be said in the next step. */
  say(region: string, step: Partial<Omit<RegionStep, 'region'>>): void {
    this.script.set(region, { ...this.script.get(region), ...step });
  }

  observe(entry: LogEntry): void {
    this.observed.push(entry);
  }

  adopt(region: string, control: RegionControl | undefined): void {
    this.controls.set(region, control ?? aControl());
  }

  step(now: number, input: StepInput): RegionStep[] {
    this.inputs.push(input);
    return [...this.controls.keys()].map((region) => this.stepOf(region, now));
  }

  private stepOf(region: string, now: number): RegionStep {
    const said = this.script.get(region);
    this.script.delete(region);
    const control = said?.control ?? { ...(this.controls.get(region) ?? aControl()), atMs: now };
    this.controls.set(region, control);
    const { spillover, overload, plan, report } = said ?? {};
    return { region, control, spillover, overload, plan, report };
  }

  settle(region: string, plan: Scale): RegionControl {
    const control = { ...(this.controls.get(region) ?? aControl()), revision: plan.revision, plan };
    this.controls.set(region, control);
    return control;
  }

  control(region: string): RegionControl | undefined {
    return this.controls.get(region);
  }
}
