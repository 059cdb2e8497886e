import { DEFAULT_RETENTION, type LogRetention } from '@spillway/contracts';
import { Command, InvalidArgumentError } from 'commander';
import { parseSeconds } from '../options.js';
import { natsOption } from '../policy/nats-option.js';
import { print } from '../print.js';
import { UsageError } from '../usage-error.js';
import { withBus } from '../with-bus.js';

interface ProvisionOptions {
  readonly nats: string;
  readonly maxAge?: number;
  readonly maxBytes?: number;
  readonly replicas?: number;
}

/** Processes create what is missing; only an operator may change what is there. */
export function provisionCommand(): Command {
  return new Command('provision')
    .description('create the log and the state in NATS, or change how much is kept and how often')
    .option('--replicas <n>', 'servers that keep a copy: 1 on a single server, 3 on a cluster', parseReplicas)
    .option('--max-age <time>', 'how long the log is kept, such as 4h', parseSeconds)
    .option('--max-bytes <bytes>', 'bytes the log may take, such as 4GiB', parseBytes)
    .addOption(natsOption())
    .action(async (options: ProvisionOptions, command: Command) => {
      const retention = retentionOf(options);
      await withBus(options.nats, (bus) => bus.provision(retention));
      print(command, retention ? describe(retention) : 'the log and the state are there');
    });
}

/** What is not given becomes the default; `undefined` when nothing is, and then nothing is changed. */
function retentionOf({ maxAge, maxBytes, replicas }: ProvisionOptions): LogRetention | undefined {
  if (maxAge === undefined && maxBytes === undefined && replicas === undefined) return undefined;
  if (maxAge !== undefined && maxAge < 60) throw new UsageError('--max-age must be 60s or more');
  return {
    ...DEFAULT_RETENTION,
    ...(maxAge !== undefined && { maxAgeSeconds: maxAge }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(replicas !== undefined && { replicas }),
  };
}

const describe = ({ maxAgeSeconds, maxBytes, replicas }: LogRetention) =>
  `the log is kept for ${maxAgeSeconds / 3600} h, ${maxBytes} bytes at most, on ${replicas} ${replicas === 1 ? 'server' : 'servers'}`;

function parseReplicas(text: string): number {
  if (/^[1-5]$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be 1 to 5.');
}

const UNIT_BYTES = { '': 1, MB: 1e6, GB: 1e9, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

function parseBytes(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,12})(MB|GB|MiB|GiB)?$/.exec(text) ?? [];
  const bytes = Number(digits) * UNIT_BYTES[unit as keyof typeof UNIT_BYTES];
  if (bytes >= 1e6 && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
  throw new InvalidArgumentError('It must be 1 MB or more, such as 500MB or 4GiB.');
}
