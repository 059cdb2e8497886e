import { AUTOSCALER_LEASE_KEY, STATE_BUCKET } from '@spillway/contracts';

/** Somebody else wrote the key. Nobody leads until it is put right. */
export class LeaseUnreadableError extends Error {
  readonly code = 'lease-unreadable';

  constructor(cause: unknown) {
    const remedy = `Delete it: nats kv del ${STATE_BUCKET} ${AUTOSCALER_LEASE_KEY}`;
    super(`The key ${AUTOSCALER_LEASE_KEY} holds no lease. ${remedy}`, { cause });
    this.name = 'LeaseUnreadableError';
  }
}
