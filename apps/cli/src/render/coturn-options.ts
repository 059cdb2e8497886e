import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { CoturnConfig } from '@spillway/local-nodes';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { replaceFile } from '../keys/key-folder.js';
import { parseInteger } from '../options.js';
import { UsageError } from '../usage-error.js';
import { parsePlainText, parsePort, toNodeConfig, type RenderOptions } from './render-options.js';

export interface CoturnOptions extends RenderOptions {
  coturnVersion: string;
  cliPort?: number;
  cliPassword?: string;
  cliPasswordFile?: string;
  userdb?: string;
  pidfile?: string;
  userQuota?: number;
  totalQuota?: number;
  maxBps?: number;
  bpsCapacity?: number;
}

export function addCoturnOptions(command: Command): Command {
  return command
    .option('--coturn-version <version>', 'options differ between versions', parseVersion, '4.6.1')
    .option('--cli-port <port>', 'run the command line interface there, on loopback', parsePort)
    .option('--cli-password <password>', 'its password', parsePlainText)
    .addOption(
      new Option('--cli-password-file <file>', 'that holds its password; made if it is not there').conflicts(
        'cliPassword',
      ),
    )
    .option(
      '--userdb <file>',
      'SQLite file that holds the secret, in place of this one: it can be replaced while coturn runs',
      parsePlainText,
    )
    .option('--pidfile <file>', 'where coturn writes its process id', parsePlainText)
    .option('--user-quota <n>', 'allocations of one user of a credential at a time', parsePositive)
    .option('--total-quota <n>', 'allocations at a time', parsePositive)
    .option('--max-bps <bits>', 'bits per second of one allocation, in each direction', parseBits)
    .option('--bps-capacity <bits>', 'bits per second of all allocations, in each direction', parseBits);
}

/** @throws {UsageError} */
export function toCoturnConfig(options: CoturnOptions): CoturnConfig {
  const { coturnVersion: version, userdb: database, pidfile: pidFile } = options;
  return {
    ...toNodeConfig(options),
    version,
    cli: toCli(options),
    secretIsIn: database === undefined ? 'file' : 'database',
    ...(database !== undefined && { database }),
    ...(pidFile !== undefined && { pidFile }),
    quotas: {
      userAllocations: options.userQuota,
      allocations: options.totalQuota,
      allocationBps: options.maxBps,
      bps: options.bpsCapacity,
    },
  };
}

function toCli({ cliPort: port, cliPassword, cliPasswordFile: file }: CoturnOptions): CoturnConfig['cli'] {
  if ((port === undefined) !== (cliPassword === undefined && file === undefined)) {
    throw new UsageError('give --cli-port and --cli-password together');
  }
  const password = cliPassword ?? (file === undefined ? undefined : readPassword(file));
  return port === undefined || password === undefined ? undefined : { port, password };
}

/** It is between coturn and the reporter beside it: nobody has to think of one. */
function readPassword(file: string): string {
  if (!existsSync(file)) replaceFile(file, `${randomBytes(24).toString('hex')}\n`, 0o600);
  return parsePlainText(readFileSync(file, 'utf8').trim());
}

function parseVersion(text: string): string {
  if (!/^\d+(\.\d+){1,3}$/.test(text)) throw new InvalidArgumentError('It must be a version such as 4.6.1.');
  return text;
}

function parsePositive(text: string): number {
  const number = parseInteger(text);
  if (number >= 1) return number;
  throw new InvalidArgumentError('It must be 1 or more.');
}

const MAX_BPS = 1e12;

function parseBits(text: string): number {
  const bits = /^\d+(e\d{1,2})?$/.test(text) ? Number(text) : Number.NaN;
  if (bits >= 8 && bits <= MAX_BPS) return bits;
  throw new InvalidArgumentError(`It must be bits per second, 8 to ${MAX_BPS}, such as 4e6.`);
}
