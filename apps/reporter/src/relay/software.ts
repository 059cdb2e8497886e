/** A server's software as it names itself. */
export interface Software {
  /** In lower case: `coturn`. */
  readonly name: string;
  readonly version: string | null;
}

const NAME_AND_VERSION = /^\s*([a-z][a-z0-9_]*(?:-[a-z_]+)*)(?:[-/ ]v?(\d+(?:\.\d+)*))?/i;
const MAX_NAME = 64;

/**
 * Reads the SOFTWARE attribute of a STUN message (RFC 8489 §14.14), which is free text:
 * `Coturn-4.6.1 'Gorst'` → coturn 4.6.1. `undefined` when it begins with no word.
 */
export function parseSoftware(text: string): Software | undefined {
  const match = NAME_AND_VERSION.exec(text);
  const name = match?.[1];
  if (name === undefined || name.length > MAX_NAME) return undefined;
  return { name: name.toLowerCase(), version: match?.[2] ?? null };
}
