import type { LoadReport } from '../metrics/load-metrics.js';
import type { PlacementReport } from '../metrics/placement-metrics.js';
import type { RunOptions } from '../simulate.js';

/** What one run came to. */
export interface RunReport extends LoadReport, PlacementReport {
  readonly scenario: string;
  readonly options: RunOptions;
  /** Per hour, over all regions. */
  readonly flapsPerHour: number;
  readonly flapsByRegion: Readonly<Record<string, number>>;
  /** Of one decision, mean: whatever machine this ran on. */
  readonly decisionMicroseconds: number;
  readonly runSeconds: number;
  /** SHA-256 of all decisions. */
  readonly decisions256: string;
}
