import type { PlacementTimes } from '../children/placement.js';
import { runChild } from '../load/run-child.js';
import { showNumber, type Figure } from '../suite/figure.js';
import type { Part } from '../suite/part.js';

const FLEETS = [10, 1_000, 10_000, 100_000];
const REGIONS = [3, 20, 60];

export const placement: Part = {
  name: 'placement',
  title: 'A placement',
  about:
    'Request checked, address looked up in the city database, region, node, reservation, credential, answer: `IceServersService.answer`, against one `createHmac("sha1", …)` of such a user name beside it in the same process, CPU time, medians of short rounds in turn. A process for every fleet.',
  async run({ isSmoke, say }) {
    const figures: Figure[] = [];
    for (const regions of isSmoke ? REGIONS.slice(0, 1) : REGIONS) {
      let few: PlacementTimes | undefined;
      for (const nodes of isSmoke ? FLEETS.slice(0, 1) : FLEETS) {
        const where = `${showNumber(nodes)} nodes, ${regions} regions`;
        say(where);
        const rounds = isSmoke ? ['1', '5'] : ['15', '100'];
        const times = await runChild<PlacementTimes>('placement', [`${nodes}`, `${regions}`, ...rounds]);
        figures.push(...showTimes(where, times));
        few ??= times;
        if (nodes === FLEETS.at(-1)) figures.push(showGrowth(where, times, few));
      }
    }
    return figures;
  },
};

function showTimes(where: string, { hmac, known, unseen }: PlacementTimes): Figure[] {
  const against = (ns: number) => `${micros(ns)} against ${micros(hmac)}`;
  return [
    {
      what: `${where}, known address`,
      value: known / hmac,
      target: { atMost: 2 },
      detail: against(known),
    },
    {
      what: `${where}, address never seen`,
      value: unseen / hmac,
      target: { atMost: 4 },
      detail: against(unseen),
    },
  ];
}

/** Both as measured against a bare signature: the machine may be faster at one time than at the other. */
function showGrowth(where: string, many: PlacementTimes, few: PlacementTimes): Figure {
  const [ratio, fewRatio] = [many.known / many.hmac, few.known / few.hmac];
  return {
    what: `${where}, as many times the cost of ${FLEETS[0]} nodes`,
    value: ratio / fewRatio,
    target: { atMost: 1.3 },
    detail: `${showNumber(ratio)} signatures against ${showNumber(fewRatio)}`,
  };
}

function micros(nanoseconds: number): string {
  return `${(nanoseconds / 1000).toFixed(2)} µs`;
}
