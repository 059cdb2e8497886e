import type { ClientLocation } from './client-location.js';

/** Of the places' numbers. */
const BITS = 15;
/** Addresses that are remembered at most: 400 KB. */
const PLACES = 2 ** BITS;

/**
 * Where IPv4 addresses are that were asked for of late; `null` where nobody knows. An address has one place in it, which
 * the next one of the same place takes: there is nothing to tidy up, and no text to keep.
 */
export class PlaceMemory {
  private readonly addresses = new Uint32Array(PLACES);
  private readonly places = Array.from<ClientLocation | null | undefined>({ length: PLACES });

  /** `undefined` of an address that is not remembered. */
  recall(address: number): ClientLocation | null | undefined {
    const at = indexOf(address);
    return this.addresses[at] === address ? this.places[at] : undefined;
  }

  keep(address: number, place: ClientLocation | null): void {
    const at = indexOf(address);
    this.addresses[at] = address;
    this.places[at] = place;
  }
}

/** Spread by a product with the golden ratio (Knuth, The Art of Computer Programming, vol. 3, 6.4). */
function indexOf(address: number): number {
  return Math.imul(address, 0x9e3779b1) >>> (32 - BITS);
}
