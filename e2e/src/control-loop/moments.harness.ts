import type { Scale } from '@spillway/contracts';
import type { Fate } from './cloud.harness.js';
import type { ControlLoop } from './control-loop.harness.js';

/** Calls `strike` at a moment in the growth of a region, once, with the generation of the leader. */
export type Moment = (
  loop: ControlLoop,
  region: string,
  strike: (generation: number) => Promise<void>,
) => void;

/** When a plan is announced to have come so far. */
export function onPlan(outcome: Scale['outcome']): Moment {
  return ({ witness }, region, strike) => {
    witness.onEntry = ({ event }) => {
      if (event.kind !== 'scale' || event.region !== region || event.scale.outcome !== outcome) return;
      witness.onEntry = () => {};
      void strike(event.scale.generation);
    };
  };
}

/** When the first order arrives; what becomes of it shows once `late` resolves. */
export function onOrder(fate: Fate, late: Promise<void> = Promise.resolve()): Moment {
  return ({ cloud }, region, strike) => {
    cloud.onOrder = async (order) => {
      if (order.region !== region) return 'answered';
      cloud.onOrder = async () => 'answered';
      await strike(order.generation);
      await late;
      return fate;
    };
  };
}
