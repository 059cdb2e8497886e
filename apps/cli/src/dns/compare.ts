import type { PublishedNode } from './published-node.js';

/** What DNS says of one name. */
export interface DnsAnswer {
  readonly name: string;
  /** Whose name it is; `undefined` for the one that leads to the nearest region. */
  readonly region: string | undefined;
  readonly addresses: readonly string[];
}

/** One address a name leads to, or none. */
export interface DnsRow {
  readonly name: string;
  readonly address: string | undefined;
  readonly node: PublishedNode | undefined;
  /** Why clients should not be sent there; `undefined` when they may. */
  readonly problem: string | undefined;
}

/**
 * What DNS does with clients, held against the fleet:
 *
 * 1. A region's name that is not answered: its clients go to another region. Wrong only of the name for all.
 * 2. An address that is no node's.
 * 3. A node that may not be handed out: draining, stopped, silent …
 * 4. A node of another region than the name's.
 * 5. Else all is well.
 */
export function compareDns(answers: readonly DnsAnswer[], nodes: readonly PublishedNode[]): DnsRow[] {
  const byAddress = new Map(nodes.flatMap((node) => node.addresses.map((each) => [canonical(each), node])));
  return answers.flatMap(({ name, region, addresses }): DnsRow[] => {
    if (addresses.length === 0) {
      const problem = region === undefined ? 'has no address' : undefined;
      return [{ name, address: undefined, node: undefined, problem }];
    }
    return addresses.map((address) => {
      const node = byAddress.get(canonical(address));
      return { name, address, node, problem: problemWith(node, region) };
    });
  });
}

function problemWith(node: PublishedNode | undefined, region: string | undefined): string | undefined {
  if (!node) return 'no node of the fleet is there';
  if (!node.isUsable) return `is ${node.state}`;
  return region !== undefined && node.region !== region ? `is in ${node.region}` : undefined;
}

/** Regions none of whose nodes may be handed out, and to which DNS leads all the same. */
export function drainedRegions(rows: readonly DnsRow[], nodes: readonly PublishedNode[]): string[] {
  const serving = new Set(nodes.filter(({ isUsable }) => isUsable).map(({ region }) => region));
  const led = new Set(rows.flatMap(({ node }) => node?.region ?? []));
  return [...led].filter((region) => !serving.has(region));
}

/** IPv6 has several spellings of one address. */
function canonical(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]/`).hostname : address;
}
