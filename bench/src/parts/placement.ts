import { createHmac } from 'node:crypto';
import { defaultGeoDatabases, openGeoDatabases, type ClientLocator } from '@spillway/geo';
import { clientAddresses } from '../load/addresses.js';
import { compare, type Contestant } from '../load/compare.js';
import type { Figure } from '../suite/figure.js';
import type { Effort, Part } from '../suite/part.js';
import { aService, CALLER } from './placement-world.js';

const FLEETS = [10, 1_000, 10_000, 100_000];
const REGIONS = [3, 20, 60];
const KNOWN_CLIENTS = 1_000;
/** More than any cache keeps, and they are asked for in turn. */
const NEW_CLIENTS = 500_000;
const SECRET = 'lfxQBhAPSbbGKJwzTHiLeFjcHpqVgc23jbzb9Fr-YGA';

const KNOWN = 'known address';
const NEW = 'address never seen';

export const placement: Part = {
  name: 'placement',
  title: 'A placement',
  about:
    'Request checked, address looked up in the city database, region, node, reservation, credential, answer: `IceServersService.answer`, CPU time in one process, against one `createHmac("sha1", …)` of such a user name. Medians of short rounds in turn.',
  async run({ isSmoke, say }: Effort) {
    const locator = await openGeoDatabases(defaultGeoDatabases());
    const fleets = isSmoke ? FLEETS.slice(0, 2) : FLEETS;
    const figures: Figure[] = [];
    for (const regions of isSmoke ? REGIONS.slice(0, 1) : REGIONS) {
      say(`${regions} regions`);
      figures.push(...compareFleets(fleets, regions, locator, isSmoke));
    }
    return figures;
  },
};

function compareFleets(
  fleets: readonly number[],
  regions: number,
  locator: ClientLocator,
  isSmoke: boolean,
): Figure[] {
  let n = 0;
  const bare: Contestant = {
    name: 'createHmac',
    run: () => createHmac('sha1', SECRET).update(`1795342200:user-${n++}`).digest('base64'),
  };
  const known = clientAddresses(KNOWN_CLIENTS, 1);
  const unseen = clientAddresses(isSmoke ? KNOWN_CLIENTS : NEW_CLIENTS, 2);
  const contestants = fleets.flatMap((nodes): Contestant[] => {
    const service = aService(nodes, regions, locator);
    const ask = (addresses: readonly string[]) => () => {
      n++;
      service.answer({ clientIp: addresses[n % addresses.length], userId: `user-${n}` }, CALLER);
    };
    return [
      { name: `${nodes} ${KNOWN}`, run: ask(known) },
      { name: `${nodes} ${NEW}`, run: ask(unseen) },
    ];
  });
  const took = compare([bare, ...contestants], isSmoke ? { count: 1, ms: 5 } : { count: 15, ms: 20 });
  return fleets.flatMap((nodes) => figuresOf(nodes, fleets[0] ?? 0, regions, took));
}

function figuresOf(nodes: number, fewest: number, regions: number, took: (name: string) => number): Figure[] {
  const [base, known, unseen] = [took('createHmac'), took(`${nodes} ${KNOWN}`), took(`${nodes} ${NEW}`)];
  const where = `${nodes.toLocaleString('en')} nodes, ${regions} regions`;
  const against = (ns: number) => `${micros(ns)} against ${micros(base)}`;
  const figures: Figure[] = [
    { what: `${where}, ${KNOWN}`, value: known / base, target: { atMost: 2 }, detail: against(known) },
    { what: `${where}, ${NEW}`, value: unseen / base, target: { atMost: 4 }, detail: against(unseen) },
  ];
  if (nodes < 100_000) return figures;
  const few = took(`${fewest} ${KNOWN}`);
  const growth: Figure = {
    what: `${where}, as many times the CPU of ${fewest} nodes`,
    value: known / few,
    target: { atMost: 1.3 },
    detail: `${micros(known)} against ${micros(few)}`,
  };
  return [...figures, growth];
}

function micros(nanoseconds: number): string {
  return `${(nanoseconds / 1000).toFixed(2)} µs`;
}
