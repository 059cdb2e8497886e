// `placement.js <nodes> <regions> <rounds> <ms a round>`: times placements in a process that does nothing else.
import { createHmac } from 'node:crypto';
import { defaultGeoDatabases, openGeoDatabases } from '@spillway/geo';
import { clientAddresses } from '../load/addresses.js';
import { compare } from '../load/compare.js';
import { aService, CALLER } from './placement-world.js';

/** Nanoseconds of CPU. */
export interface PlacementTimes {
  /** A bare `createHmac`. */
  readonly hmac: number;
  /** For a client whose address has been asked for before. */
  readonly known: number;
  /** For one whose address has not. */
  readonly unseen: number;
}

const KNOWN_CLIENTS = 1_000;
/** More than any cache keeps, and they are asked for in turn. */
const NEW_CLIENTS = 200_000;
const SECRET = 'lfxQBhAPSbbGKJwzTHiLeFjcHpqVgc23jbzb9Fr-YGA';

const [nodes = 0, regions = 0, count = 0, ms = 0] = process.argv.slice(2).map(Number);
const service = aService(nodes, regions, await openGeoDatabases(defaultGeoDatabases()));
let n = 0;
const ask = (addresses: readonly string[]) => () => {
  n++;
  service.answer({ clientIp: addresses[n % addresses.length], userId: `user-${n}` }, CALLER);
};
const took = compare(
  [
    {
      name: 'hmac',
      run: () => createHmac('sha1', SECRET).update(`1795342200:user-${n++}`).digest('base64'),
    },
    { name: 'known', run: ask(clientAddresses(KNOWN_CLIENTS, 1)) },
    { name: 'unseen', run: ask(clientAddresses(NEW_CLIENTS, 2)) },
  ],
  { count, ms },
);
const times: PlacementTimes = { hmac: took('hmac'), known: took('known'), unseen: took('unseen') };
process.send?.(times);
