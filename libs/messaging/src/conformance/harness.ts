import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { Bus } from '../bus.js';

/** One process's bus with a cable that can be pulled. */
export interface ConnectedBus {
  readonly bus: Bus;
  /** Ends the link of this bus alone. */
  readonly cut: () => void;
  readonly mend: () => void;
}

/** A broker that several buses share, and the faults it can have. */
export interface BusHarness {
  connect(): Promise<ConnectedBus>;
  /** As retention does: everything on the log up to and including `position` goes. */
  purgeUpTo(position: number): Promise<unknown>;
  /** Removes the log and the state with all that is in them. */
  wipe(): Promise<void>;
  /** As `kill -9`. What was stored stays. */
  killBroker(): Promise<void>;
  restartBroker(): Promise<void>;
  stop(): Promise<void>;
}

/** What a conformance spec works with: buses that are closed and a broker that is empty after every spec. */
export interface Stage {
  /** The harness of the spec that runs. */
  readonly harness: BusHarness;
  /** A bus whose link is up. */
  connect(): Promise<ConnectedBus>;
  /** The same, with the log and the state provisioned. */
  provisioned(): Promise<ConnectedBus>;
}

/** Sets the stage for the enclosing `describe`. */
export function setStage(startHarness: () => Promise<BusHarness>): Stage {
  let harness: BusHarness | undefined;
  const open: ConnectedBus[] = [];
  const current = () => {
    if (!harness) throw new Error('the stage is used outside a spec');
    return harness;
  };
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterEach(async () => {
    for (const { bus, mend } of open.splice(0)) {
      mend();
      await bus.close();
    }
    await harness?.wipe();
  });
  afterAll(() => harness?.stop());
  const connect = async () => {
    const connected = await current().connect();
    open.push(connected);
    await until(() => connected.bus.link === 'up');
    return connected;
  };
  return {
    get harness() {
      return current();
    },
    connect,
    provisioned: async () => {
      const connected = await connect();
      await connected.bus.provision();
      return connected;
    },
  };
}

const LIMIT_MS = 15_000;

/** Waits for a condition; fails when it does not come true. */
export async function until(condition: () => boolean, limitMs = LIMIT_MS): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`this did not come true: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
