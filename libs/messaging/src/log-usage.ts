import { LOG_STREAM } from '@spillway/contracts';
import type { StreamInfo } from '@nats-io/jetstream';
import type { NatsLink } from './nats-link.js';

/** How much of the log there is, and how much there may be. */
export interface LogUsage {
  /** From the oldest message to the newest, in ms: so far back it goes. 0 when it is empty. */
  readonly spanMs: number;
  /** As stored. */
  readonly bytes: number;
  /** Of what is older the log is rid, in ms; `null` for no limit. */
  readonly maxAgeMs: number | null;
  /** Where it takes more, the oldest goes; `null` for no limit. */
  readonly maxBytes: number | null;
}

const NANOS_PER_MS = 1e6;

/** `undefined` when nobody can tell now: there is no link, no log, or no answer. */
export async function readLogUsage({ upSession }: NatsLink): Promise<LogUsage | undefined> {
  try {
    return upSession && usageOf(await upSession.manager.streams.info(LOG_STREAM));
  } catch {
    return undefined;
  }
}

function usageOf({ state, config }: StreamInfo): LogUsage {
  const spanMs = Date.parse(state.last_ts) - Date.parse(state.first_ts);
  return {
    spanMs: state.messages > 0 ? Math.max(0, spanMs) : 0,
    bytes: state.bytes,
    maxAgeMs: config.max_age > 0 ? config.max_age / NANOS_PER_MS : null,
    maxBytes: config.max_bytes > 0 ? config.max_bytes : null,
  };
}
