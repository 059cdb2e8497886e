const encoder = new TextEncoder();

/** JSON in UTF-8; bytes stay as they are. */
export function encodePayload(payload: unknown): Uint8Array {
  return payload instanceof Uint8Array ? payload : encoder.encode(JSON.stringify(payload));
}
