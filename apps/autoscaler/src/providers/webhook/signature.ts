import { createHmac } from 'node:crypto';

/** Name of the header. */
export const SIGNATURE = 'spillway-signature';

/**
 * `t=<seconds since the epoch>,v1=<hex HMAC-SHA256(secret, "<t>.<signed>")>`. Signed is the body of a POST, and of a
 * GET its target: path and query as they are sent. The time lets the receiver refuse what was recorded and sent again.
 */
export function signatureOf(secret: string, signed: string, atSeconds: number): string {
  const mac = createHmac('sha256', secret).update(`${atSeconds}.${signed}`).digest('hex');
  return `t=${atSeconds},v1=${mac}`;
}
