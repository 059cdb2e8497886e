import type { IceServer } from '@spillway/contracts';
import type { Candidate, Slot } from '@spillway/fleet';
import { HmacKeys } from '@spillway/turn';
import type { NodeSecrets } from './node-secrets.js';
import { keyOf, offerOf, type ClientKind, type Offer } from './node-urls.js';

/** What clients of one kind are given of a node. */
export interface NodeRecord extends Offer {
  readonly id: string;
  /** @returns the signature of a message with the node's secret, in base64. */
  sign(message: string): string;
}

/**
 * What was worked out of each node once, for every credential on it. By the slots of the fold: in a large fleet a node
 * that is chosen is in no cache of the processor. What its answer is made of takes a look into memory each, all at the
 * same time where one does not wait for the other.
 */
export class NodeRecords {
  /** Their editions are those of the nodes that all this was worked out for. */
  private readonly keys = new HmacKeys();
  private readonly kinds = new Map<number, Offers>();
  /** Most clients are of the same kind. */
  private latest: Offers | undefined;

  constructor(private readonly secrets: NodeSecrets) {}

  of(node: Candidate, kind: ClientKind): NodeRecord {
    const { slot, id } = node;
    this.follow(node);
    const { urls, stun } = this.offersTo(kind).of(node);
    return { id, urls, stun, sign: (message) => this.keys.sign(slot, message) };
  }

  private offersTo(kind: ClientKind): Offers {
    const key = keyOf(kind);
    if (this.latest?.key === key) return this.latest;
    const offers = this.kinds.get(key) ?? new Offers(key, kind);
    this.kinds.set(key, offers);
    this.latest = offers;
    return offers;
  }

  private follow(node: Candidate): void {
    const { slot, edition } = node;
    if (this.keys.editionOf(slot) === edition) return;
    const { id, heartbeat } = node.node;
    this.keys.set(slot, this.secrets.of(id, heartbeat.secretEpoch), edition);
    for (const offers of this.kinds.values()) offers.forget(slot);
  }
}

/** What clients of one kind are given of each node. */
class Offers {
  private readonly urls: (string[] | undefined)[] = [];
  private readonly stun: (IceServer | undefined)[] = [];

  constructor(
    readonly key: number,
    private readonly kind: ClientKind,
  ) {}

  of(node: Candidate): Offer {
    const { slot } = node;
    const urls = this.urls[slot];
    // Looked at now, the list is on its way from memory together with the key.
    if (urls !== undefined && urls.length > 0) return { urls, stun: this.stun[slot] };
    const offer = offerOf(node.node.urls, this.kind);
    put(this.urls, slot, offer.urls, undefined);
    put(this.stun, slot, offer.stun, undefined);
    return offer;
  }

  forget(slot: Slot): void {
    put(this.urls, slot, undefined, undefined);
  }
}

/** @param none is put where nothing has been so far: a list with holes is a slow one. */
function put<Kept>(list: Kept[], slot: Slot, kept: Kept, none: Kept): void {
  while (list.length <= slot) list.push(none);
  list[slot] = kept;
}
