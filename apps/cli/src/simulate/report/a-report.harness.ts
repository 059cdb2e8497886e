import { RULE_VERSION } from '@spillway/placement';
import { DEFAULT_RUN } from '../simulate.js';
import type { RunReport } from './run-report.js';

/** A run in which nothing happened, unless told otherwise. */
export function aReport(overrides: Partial<RunReport> = {}): RunReport {
  return {
    scenario: 'calm',
    ruleVersion: RULE_VERSION,
    options: { ...DEFAULT_RUN, hours: 24, startHour: 0, policy: {} },
    decisions: 100,
    meanExtraMs: 0,
    p95ExtraMs: 0,
    p99ExtraMs: 0,
    overloadedPercent: 0,
    crowdedPercent: 0,
    overThresholdPercent: 0,
    overThresholdByRegion: {},
    maxRegionUtilization: 0.8,
    maxNodeUtilization: 0.9,
    spilledPercent: 0,
    needlessPercent: 0,
    forcedPercent: 0,
    ontoFullPercent: 0,
    flapsPerHour: 0,
    flapsByRegion: {},
    steeredAfterSeconds: 0,
    refused: 0,
    refusedWithRoom: 0,
    dead: 0,
    nodeHours: 6000,
    nodeHoursBound: 5000,
    cutCalls: 0,
    decisionMicroseconds: 5,
    runSeconds: 100,
    decisionsSha256: 'abcdef0123456789',
    optimum: null,
    ...overrides,
  };
}
