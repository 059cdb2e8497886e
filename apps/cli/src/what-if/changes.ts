import {
  STRATEGY_NAMES,
  storedPolicySchema,
  type PolicyDocument,
  type StrategyName,
} from '@spillway/contracts';
import type { Change } from '@spillway/replay';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseSeconds } from '../options.js';
import { readPolicyFile } from '../policy/policy-file.js';
import { parseSetting } from '../simulate/simulate-options.js';
import { UsageError } from '../usage-error.js';

export interface ChangeOptions {
  readonly policy?: string;
  readonly strategy?: StrategyName;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly addNodes?: ReadonlyMap<string, number>;
  /** Seconds. */
  readonly session?: number;
}

/** Of one region; a typing error must not fill the memory. */
const MAX_ADDED_NODES = 1000;

export function addChangeOptions(command: Command): Command {
  return command
    .option('--policy <file>', 'this policy, in YAML or JSON, instead of those that were in force')
    .addOption(new Option('--strategy <name>', 'this strategy').choices(STRATEGY_NAMES))
    .option(
      '--set <member=value>',
      'this member of the policy, such as threshold=0.7; may be repeated',
      parseSetting,
    )
    .option(
      '--add-nodes <region=n>',
      'so many nodes more, such as eu-central-1=2,us-east-1=1',
      parseAddedNodes,
    )
    .addOption(
      new Option(
        '--session <time>',
        "the load of a credential stays so long on average (default: the recorded policy's sessionSeconds)",
      ).argParser(parseSeconds),
    );
}

/** For `eu-central-1=2,us-east-1=1`, which may be repeated. */
export function parseAddedNodes(
  text: string,
  before: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const added = new Map(before);
  for (const part of text.split(',')) {
    const [, region = '', digits = ''] = /^\s*([A-Za-z0-9_-]+)=(\d{1,4})\s*$/.exec(part) ?? [];
    const count = Number(digits);
    if (region === '' || count < 1 || count > MAX_ADDED_NODES) {
      throw new InvalidArgumentError(`It must be like eu-central-1=2, from 1 to ${MAX_ADDED_NODES} nodes.`);
    }
    added.set(region, count);
  }
  return added;
}

/** What the options say shall have been otherwise. @throws {UsageError}, {PolicyFileError} */
export function changeOf({ policy: path, strategy, set, addNodes, session }: ChangeOptions): Change {
  if (path === undefined && !strategy && !set && !addNodes) {
    throw new UsageError('say what shall have been otherwise: --policy, --strategy, --set or --add-nodes');
  }
  if (session === 0) throw new UsageError('--session: must be more than 0');
  const file = path === undefined ? undefined : readPolicyFile(path);
  const amendments = { ...(strategy && { strategy }), ...set };
  return {
    policy: (recorded) => {
      const policy = amend(file ?? recorded, amendments);
      for (const region of addNodes?.keys() ?? []) refuseUnknown(region, policy);
      return policy;
    },
    ...(addNodes && { addedNodes: addNodes }),
    ...(session !== undefined && { sessionMs: session * 1000 }),
  };
}

/** @throws {UsageError} when what comes out is no policy, or does not have the member. */
function amend(policy: PolicyDocument, amendments: Readonly<Record<string, unknown>>): PolicyDocument {
  if (Object.keys(amendments).length === 0) return policy;
  const merged = merge(policy, amendments);
  const parsed = storedPolicySchema.safeParse(merged);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(`not with --strategy and --set: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const stranger = strangerIn(amendments, parsed.data);
  if (stranger !== undefined) throw new UsageError(`--set ${stranger}: a policy has no such member`);
  return parsed.data;
}

function merge(before: unknown, after: unknown): unknown {
  if (!isObject(after)) return after;
  const base = isObject(before) ? before : {};
  const merged = Object.entries(after).map(([name, value]) => [name, merge(base[name], value)] as const);
  return { ...base, ...Object.fromEntries(merged) };
}

/** The path of a member that was set and is none. */
function strangerIn(set: Readonly<Record<string, unknown>>, policy: unknown): string | undefined {
  for (const [name, value] of Object.entries(set)) {
    const member = isObject(policy) ? policy[name] : undefined;
    if (member === undefined) return name;
    const inner = isObject(value) ? strangerIn(value, member) : undefined;
    if (inner !== undefined) return `${name}.${inner}`;
  }
  return undefined;
}

function refuseUnknown(region: string, { regions }: PolicyDocument): void {
  if (Object.hasOwn(regions, region)) return;
  const there = Object.keys(regions).join(', ');
  throw new UsageError(`--add-nodes: "${region}" is not one of the regions; there are ${there}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
