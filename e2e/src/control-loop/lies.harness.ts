import type { Heartbeat } from '@spillway/contracts';

/** A liar whose claim an operator can cut down, who knows what his machines hold. */
export const BRAGGART = 'ap-northeast-1';

export interface Lie {
  readonly what: string;
  /** What is said instead of the truth. */
  readonly tell: (truth: Heartbeat) => Heartbeat;
  /** Seconds a region must be too large before it shrinks; the default keeps it as it is for the while. */
  readonly patience?: number;
  /** What must not be exceeded. */
  readonly bounds: Harm;
}

/** What the first node of a region does to it by lying. */
export interface Harm {
  /** Of the arrivals that the region serves, those on the liar. */
  readonly share: number;
  /** The most the liar, and any honest node of the region, carried; its capacity is 1. */
  readonly liar: number;
  readonly others: number;
  /** Of the region's own clients, those served elsewhere. */
  readonly spilled: number;
  /** Nodes the autoscaler ordered, and drained, for it. */
  readonly added: number;
  readonly drained: number;
}

export const LIES: Readonly<Record<string, Lie>> = {
  'eu-central-1': {
    what: 'no load',
    tell: (truth) => ({ ...truth, load: { cpu: 0, egressBps: 0, ingressBps: 0, allocations: 0 } }),
    bounds: { share: 0.25, liar: 1.6, others: 0.8, spilled: 0, added: 0, drained: 0 },
  },
  'us-east-1': {
    what: 'a load of 100 times its capacity',
    tell: (truth) => {
      const bps = 100 * (truth.capacity.bandwidthBps ?? 0);
      return { ...truth, load: { ...truth.load, egressBps: bps, ingressBps: bps } };
    },
    // A region counts 1.5 times a node's capacity at most, but the jump looks like growth until the trend forgets it: by
    // 0.9 nodes within 40 s, over the boot of 120 s that is assumed, which makes 15 to 16 nodes of 10.
    bounds: { share: 0.01, liar: 0.8, others: 0.85, spilled: 0.1, added: 6, drained: 0 },
  },
  [BRAGGART]: {
    what: 'a capacity 100 times as large',
    tell: (truth) => {
      const { bandwidthBps, allocations } = truth.capacity;
      const capacity = { bandwidthBps: 100 * (bandwidthBps ?? 0), allocations: 100 * (allocations ?? 0) };
      return { ...truth, capacity };
    },
    patience: 30,
    bounds: { share: 0.3, liar: 1.8, others: 0.85, spilled: 0, added: 0, drained: 2 },
  },
  'sa-east-1': {
    what: 'serving, draining, serving … each second',
    tell: (truth) => ({ ...truth, state: truth.seq % 2 === 0 ? 'serving' : 'draining' }),
    bounds: { share: 0.15, liar: 0.8, others: 0.85, spilled: 0, added: 1, drained: 0 },
  },
};
