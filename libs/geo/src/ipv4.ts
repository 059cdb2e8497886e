/** The 32 bits of an IPv4 address in its dotted form, 0 and above; `undefined` for any other text, as `node:net` has it. */
export function ipv4Number(text: string): number | undefined {
  let address = 0;
  let byte = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT && byte >= 0) {
      address = (address << 8) | byte;
      byte = -1;
      dots++;
    } else if (code >= ZERO && code <= NINE && byte !== 0) {
      byte = 10 * Math.max(byte, 0) + code - ZERO;
      if (byte > 255) return undefined;
    } else {
      return undefined;
    }
  }
  return dots === 3 && byte >= 0 ? ((address << 8) | byte) >>> 0 : undefined;
}

const DOT = 46;
const ZERO = 48;
const NINE = 57;
