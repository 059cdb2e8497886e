import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { parseDnsName } from '../dns/dns-name.js';
import { parseList } from '../options.js';
import { readPolicyFile } from '../policy/policy-file.js';
import { print } from '../print.js';
import { UsageError } from '../usage-error.js';
import { LATENCY_REGIONS, latencyRegions, type LatencyRegion } from './latency-regions.js';
import { parsePort } from './render-options.js';
import { renderRoute53 } from './route53.js';

interface Route53Options {
  policy: string;
  name: string;
  map?: Record<string, string>;
  without?: string[];
  port: number;
  out?: string;
}

/** A label of a name, RFC 1035 §2.3.4. */
const MAX_LABEL = 63;

export function route53Command(): Command {
  return new Command('route53')
    .description('Terraform for a DNS name that leads clients who cannot ask to the nearest region')
    .requiredOption('--policy <file>', 'the policy, whose regions get records')
    .requiredOption('--name <name>', 'what clients resolve, such as turn.example.org', parseDnsName)
    .option('--map <region=aws-region>', 'go by the latency of that AWS region; repeatable', parseMap)
    .option('--without <region>', 'a region of the policy that gets no records; repeatable', parseList)
    .option('--port <port>', 'TCP port of the nodes, for health checks', parsePort, 3478)
    .option('--out <file>', 'write there instead of to the terminal')
    .action((options: Route53Options, command: Command) => {
      const { name, map = {}, without = [], port, out } = options;
      const policy = readPolicyFile(options.policy);
      const regions = latencyRegions(policy, { map, without });
      const tooLong = regions.find(({ region }) => region.length > MAX_LABEL);
      if (tooLong)
        throw new UsageError(`${tooLong.region} is too long for a DNS name: leave it out (--without)`);
      const text = renderRoute53({ name, policyRevision: policy.revision, regions, port });
      if (out === undefined) return print(command, text.trimEnd());
      writeFileSync(out, text);
      for (const each of regions) print(command, describe(each));
      print(command, `${out}: Route 53 records of ${name}`);
    });
}

function describe({ region, awsRegion, distanceKm }: LatencyRegion): string {
  const far = distanceKm === undefined ? '' : `, the nearest AWS region, ${Math.round(distanceKm)} km away`;
  return `${region}: by the latency of ${awsRegion}${far}`;
}

function parseMap(text: string, previous: Record<string, string> = {}): Record<string, string> {
  const [, region, awsRegion] = /^([\w-]+)=([a-z0-9-]+)$/.exec(text) ?? [];
  if (region === undefined || awsRegion === undefined) {
    throw new InvalidArgumentError('It must be <region>=<AWS region>, such as basement=eu-north-1.');
  }
  if (!Object.hasOwn(LATENCY_REGIONS, awsRegion)) {
    throw new InvalidArgumentError(`Route 53 knows no latency of ${awsRegion}.`);
  }
  return { ...previous, [region]: awsRegion };
}
