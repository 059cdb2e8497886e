import { ISSUED_WINDOW_SECONDS, type PolicyDocument } from '@spillway/contracts';
import { Fleet } from '@spillway/fleet';
import type { Bus } from '@spillway/messaging';
import { NoPolicyError } from './policy/policy.command.js';

/** The fleet as the log tells it, kept up to date. */
export interface FollowedFleet {
  readonly fleet: Fleet;
  readonly policy: PolicyDocument;
  /** Lets time pass; log time in ms. */
  readonly now: () => number;
  readonly stop: () => Promise<void>;
}

/**
 * Folds the log as the routers do, from its end on.
 * @throws {NoPolicyError} when no policy is on it: nobody has set this fleet up.
 */
export async function followFleet(bus: Bus): Promise<FollowedFleet> {
  const fleet = new Fleet();
  bus.onLink((link) => fleet.setLink(link, performance.now()));
  const following = await bus.follow(
    { onEntry: (entry) => void fleet.apply(entry, performance.now()) },
    { issuedWindowSeconds: ISSUED_WINDOW_SECONDS },
  );
  const stop = () => following.stop();
  if (!fleet.policy) {
    await stop();
    throw new NoPolicyError();
  }
  return {
    fleet,
    get policy() {
      if (!fleet.policy) throw new NoPolicyError();
      return fleet.policy;
    },
    now: () => {
      fleet.advance(performance.now());
      return fleet.now;
    },
    stop,
  };
}
