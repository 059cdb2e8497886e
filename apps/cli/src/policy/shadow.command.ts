import { SHADOW_POLICY_KEY, shadowPolicySchema, type ShadowPolicy } from '@spillway/contracts';
import { StateError, type Bus } from '@spillway/messaging';
import { Command, InvalidArgumentError } from 'commander';
import { print } from '../print.js';
import { UsageError } from '../usage-error.js';
import { withBus } from '../with-bus.js';
import { natsOption } from './nats-option.js';
import { readPolicyFile } from './policy-file.js';

/** Of the requests: enough to see a difference in minutes, at a tenth of the cost. */
const DEFAULT_SHARE = 0.1;

/** What is stored as the shadow policy is none to this version. */
export class StoredShadowError extends Error {
  readonly code = 'invalid-stored-shadow';
  constructor(cause: unknown) {
    super('the shadow policy cannot be read: put another in its place, or take it away with --off', {
      cause,
    });
    this.name = 'StoredShadowError';
  }
}

interface ShadowOptions {
  readonly nats: string;
  readonly share?: number;
  readonly off?: true;
}

export function shadowCommand(): Command {
  return new Command('shadow')
    .description(
      'let all routers try a policy beside the one in force, by which nobody is answered, and count where it differs; without a file, say what is tried',
    )
    .argument('[file]', 'policy in YAML or JSON')
    .option('--share <share>', `of the requests, 0–1 (default: ${DEFAULT_SHARE})`, parseShare)
    .option('--off', 'try none any more')
    .addOption(natsOption())
    .action(async (file: string | undefined, options: ShadowOptions, command: Command) => {
      const { nats, share = DEFAULT_SHARE, off } = options;
      if (off && (file !== undefined || options.share !== undefined))
        throw new UsageError('--off goes with nothing else');
      if (!off && file === undefined) {
        if (options.share !== undefined) throw new UsageError('--share goes with a policy file');
        return print(command, describe(await withBus(nats, storedShadow)));
      }
      const policy = file === undefined ? null : readPolicyFile(file);
      await withBus(nats, (bus) => putShadow(bus, { at: new Date().toISOString(), policy, share }));
      print(command, describe({ policy, share }));
    });
}

function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() === '' || !(share > 0 && share <= 1)) {
    throw new InvalidArgumentError('It must be more than 0 and at most 1.');
  }
  return share;
}

/** @throws {RevisionConflictError} when somebody else put one at the same time. */
export async function putShadow(bus: Bus, shadow: ShadowPolicy): Promise<void> {
  await bus.provision();
  const before = await bus.state.get(SHADOW_POLICY_KEY);
  await bus.state.put(SHADOW_POLICY_KEY, shadow, before?.revision);
}

/** `undefined` when there never was one. @throws {StoredShadowError}; {StateError} when NATS cannot tell. */
export async function storedShadow(bus: Bus): Promise<ShadowPolicy | undefined> {
  const stored = await bus.state.get(SHADOW_POLICY_KEY).catch((error: unknown) => {
    if (error instanceof StateError && error.code === 'not-provisioned') return undefined;
    throw error;
  });
  if (!stored) return undefined;
  const parsed = shadowPolicySchema.safeParse(stored.value);
  if (!parsed.success) throw new StoredShadowError(parsed.error);
  return parsed.data;
}

function describe(shadow: Pick<ShadowPolicy, 'policy' | 'share'> | undefined): string {
  if (!shadow?.policy) return 'no policy is tried beside the one in force';
  const percent = Math.round(shadow.share * 1000) / 10;
  return `"${shadow.policy.revision}" is tried on ${percent} % of requests, and answers none: see spillway_shadow_* of the routers`;
}
