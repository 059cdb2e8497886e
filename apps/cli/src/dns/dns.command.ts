import { Command, Option } from 'commander';
import { ExitStatus } from '../exit-status.js';
import { followFleet, type FollowedFleet } from '../follow-fleet.js';
import { parseList } from '../options.js';
import { drawTable } from '../plain-table.js';
import { natsOption } from '../policy/nats-option.js';
import { print } from '../print.js';
import { withBus } from '../with-bus.js';
import { compareDns, drainedRegions, type DnsRow } from './compare.js';
import { parseDnsName } from './dns-name.js';
import { lookupAt } from './lookup.js';
import { publishedNodes } from './published-node.js';
import { terraformNodes } from './terraform-nodes.js';

export function dnsCommand(): Command {
  return new Command('dns')
    .description('the DNS name for clients that cannot ask, held against the fleet')
    .addCommand(checkCommand())
    .addCommand(nodesCommand());
}

interface CheckOptions {
  readonly name: string;
  readonly server?: string;
  readonly nats: string;
}

/** As with `policy diff`. */
const EXIT_WRONG = 1;
const EXIT_TROUBLE = 2;

function checkCommand(): Command {
  return new Command('check')
    .description(
      'say where DNS sends clients that it should not: drained regions, nodes that drain or are gone, ' +
        'addresses nobody has; exit code 0: nowhere, 1: somewhere, 2: it cannot be told',
    )
    .requiredOption('--name <name>', 'as given to render route53', parseDnsName)
    .addOption(serverOption())
    .addOption(natsOption())
    .action(async (options: CheckOptions, command: Command) => {
      const problems = await check(options, (line) => print(command, line)).catch((error: unknown) => {
        throw new ExitStatus(EXIT_TROUBLE, error);
      });
      if (problems > 0) throw new ExitStatus(EXIT_WRONG);
    });
}

async function check({ name, server, nats }: CheckOptions, say: (line: string) => void): Promise<number> {
  const lookup = lookupAt(server);
  const { nodes, regions } = await withFleet(nats, async ({ fleet, policy }) => ({
    nodes: await publishedNodes(fleet, lookup),
    regions: Object.keys(policy.regions),
  }));
  const names = [
    { name, region: undefined },
    ...regions.map((region) => ({ name: `${region}.${name}`, region })),
  ];
  const answers = await Promise.all(
    names.map(async ({ name: asked, region }) => {
      const addresses = await lookup(asked);
      return { name: asked, region, addresses: addresses.toSorted() };
    }),
  );
  const rows = compareDns(answers, nodes);
  say(drawTable(['NAME', 'ADDRESS', 'NODE', 'STATE', 'PROBLEM'], rows.map(rowOf)));
  const drained = drainedRegions(rows, nodes);
  for (const region of drained) say(`DNS sends clients to ${region}, none of whose nodes may be handed out`);
  const problems = rows.filter(({ problem }) => problem !== undefined).length;
  say(problems === 0 ? 'DNS and the fleet agree' : REMEDY);
  return problems;
}

const REMEDY = 'make the records anew: spillway dns nodes > nodes.auto.tfvars.json && terraform apply';

function rowOf({ name, address, node, problem }: DnsRow): string[] {
  return [name, address ?? '-', node?.nodeId ?? '-', node?.state ?? '-', problem ?? '-'];
}

interface NodesOptions {
  readonly only?: string[];
  readonly server?: string;
  readonly nats: string;
}

function nodesCommand(): Command {
  return new Command('nodes')
    .description('the nodes that may be behind the name, as the variable of the Terraform of render route53')
    .option('--only <ids>', 'of these nodes alone, such as those with the shared secret', parseList)
    .addOption(serverOption())
    .addOption(natsOption())
    .action(async ({ only, server, nats }: NodesOptions, command: Command) => {
      const nodes = await withFleet(nats, ({ fleet }) => publishedNodes(fleet, lookupAt(server)));
      print(command, JSON.stringify({ nodes: terraformNodes(nodes, only) }, null, 2));
    });
}

function serverOption(): Option {
  return new Option('--server <address>', "DNS server to ask, instead of this machine's own");
}

function withFleet<T>(nats: string, work: (followed: FollowedFleet) => Promise<T>): Promise<T> {
  return withBus(nats, async (bus) => {
    const followed = await followFleet(bus);
    try {
      followed.now();
      return await work(followed);
    } finally {
      await followed.stop();
    }
  });
}
