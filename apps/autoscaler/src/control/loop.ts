import type { LogEntry, RegionControl, Scale, Spillover } from '@spillway/contracts';
import type { Inventory } from '@spillway/scaling';

/** Injection token of the process's one `Loop`. */
export const LOOP = Symbol('loop');

export type ScalePlan = Readonly<Omit<Scale, 'at' | 'outcome' | 'error'>>;
export interface RegionStep {
  readonly region: string;
  readonly control: RegionControl;
  readonly spillover: Omit<Spillover, 'at'> | undefined;
  readonly overload:
    | {
        readonly state: 'entered' | 'cleared';
        readonly utilization: number;
        readonly threshold: number;
        readonly sinceMs: number;
      }
    | undefined;
  readonly plan: ScalePlan | undefined;
  readonly report: ScalePlan | undefined;
}
export interface StepInput {
  readonly generation: number;
  readonly inventories: ReadonlyMap<string, Inventory | undefined>;
  readonly isLinkUp: boolean;
}
/** The pure part of the control loop, as the process around it sees it. */
export interface Loop {
  observe(entry: LogEntry): void;
  adopt(region: string, control: RegionControl | undefined): void;
  step(now: number, input: StepInput): RegionStep[];
  settle(region: string, plan: Scale): RegionControl;
  control(region: string): RegionControl | undefined;
}
