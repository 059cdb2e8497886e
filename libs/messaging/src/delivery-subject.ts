/** What the server tells about a message in its reply subject. */
export interface DeliveryInfo {
  /** Stream sequence. */
  readonly position: number;
  /** Whole milliseconds since the epoch, when the log stored it. */
  readonly at: number;
  /** 1, 2, 3 … for each consumer. */
  readonly delivery: number;
  /** Messages that wait behind it. */
  readonly pending: number;
}

const DIGITS_BELOW_MS = 6;

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<delivered>.<position>.<delivery>.<nanoseconds>.<pending>`; servers with a domain
 * have `<domain>.<account>` before the stream and may have a token more at the end (NATS ADR-15).
 */
export function readDelivery(reply: string): DeliveryInfo {
  const tokens = reply.split('.');
  const shift = tokens.length > 9 ? 2 : 0;
  return {
    position: Number(tokens[5 + shift]),
    // Cut as text: as a number, nanoseconds are no longer exact and could round up into the next millisecond.
    at: Number(tokens[7 + shift]?.slice(0, -DIGITS_BELOW_MS)),
    delivery: Number(tokens[6 + shift]),
    pending: Number(tokens[8 + shift]),
  };
}
