import type { Bus, BusMessage } from '@spillway/messaging';
import { z } from 'zod';
import { KeysError } from './keys-error.js';

/** Of nat-server's resolver `full` (≥ 2.2): to be asked with credentials of the system account. */
const UPDATE = '$SYS.REQ.CLAIMS.UPDATE';
const ANSWER_MS = 5_000;

const answerSchema = z.union([
  z.object({ data: z.object({ code: z.literal(200) }) }),
  z.object({ error: z.object({ description: z.string() }) }),
]);

/**
 * Tells the servers of accounts: they pass it on among themselves, keep it, and close the connections of users that are
 * not taken any more.
 * @throws {KeysError} when a server refuses one.
 */
export async function pushAccounts(bus: Bus, jwts: readonly string[]): Promise<void> {
  for (const jwt of jwts) {
    const answer = await bus.request(UPDATE, { payload: new TextEncoder().encode(jwt) }, ANSWER_MS);
    const parsed = answerSchema.safeParse(read(answer));
    if (parsed.success && 'data' in parsed.data) continue;
    const why = parsed.success && 'error' in parsed.data ? `: ${parsed.data.error.description}` : '';
    throw new KeysError('push-refused', `NATS does not take the accounts${why}`);
  }
}

function read({ data }: BusMessage): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}
