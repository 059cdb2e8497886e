import type { Heartbeat } from '@spillway/contracts';
import type { Bus } from '@spillway/messaging';

export interface HeardHeartbeats {
  readonly all: readonly Heartbeat[];
  /** The first that fits among those heard after this call. */
  next(fits: (heartbeat: Heartbeat) => boolean): Promise<Heartbeat>;
}

/** Listens to the heartbeats on the log. */
export async function hearHeartbeats(bus: Bus): Promise<HeardHeartbeats> {
  const all: Heartbeat[] = [];
  const listeners = new Set<(heartbeat: Heartbeat) => void>();
  await bus.follow({
    onEntry: ({ event }) => {
      if (event.kind !== 'heartbeat') return;
      all.push(event.heartbeat);
      for (const listener of listeners) listener(event.heartbeat);
    },
  });
  return {
    all,
    next: (fits) =>
      new Promise((resolve) => {
        const listener = (heartbeat: Heartbeat) => {
          if (!fits(heartbeat)) return;
          listeners.delete(listener);
          resolve(heartbeat);
        };
        listeners.add(listener);
      }),
  };
}
