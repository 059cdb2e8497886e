import { setTimeout as sleep } from 'node:timers/promises';
import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Inventory } from '@spillway/scaling';
import type { SettingsOf } from '../provider-definition.js';
import { providerCall } from '../provider-call.js';
import { ProviderError } from '../provider-error.js';
import type { Group, Provider } from '../provider.js';
import { namesOf } from '../tell.js';
import type { AwsAccess, AwsClients } from './clients.js';
import { explainAwsError } from './explain.js';
import { instancesOf, unprotected } from './lifecycle.js';

type AsgGroup = Group<SettingsOf<'aws-asg'>>;

/** An instance id that one call protects, at most. */
const PROTECT_AT_ONCE = 50;
/** How often AWS is asked whether an instance has come to its lifecycle hook, which takes it a second or two. */
const HOOK_LOOKS = 15;

/**
 * An EC2 Auto Scaling group. AWS only ever starts instances by itself; which ones end is said by us, instance by
 * instance, and all others are protected from scale-in.
 */
export class AsgProvider implements Provider<SettingsOf<'aws-asg'>> {
  readonly kind = 'aws-asg';

  constructor(
    private readonly clients: AwsClients,
    /** Milliseconds between two looks at an instance on its way to the lifecycle hook. */
    private readonly pollMs = 1_000,
  ) {}

  async inventory(group: AsgGroup, signal: AbortSignal): Promise<Inventory> {
    return this.#call(`looking at ${nameOf(group)}`, group, signal, async (access) => {
      return { instances: instancesOf(await describe(access, group, signal)) };
    });
  }

  async grow(group: AsgGroup, desired: number, signal: AbortSignal): Promise<void> {
    await this.#call(`growing ${nameOf(group)}`, group, signal, async (access) => {
      const found = await describe(access, group, signal);
      await protect(access, group, unprotected(found), signal);
      const { DesiredCapacity = 0, MaxSize = 0 } = found;
      // Lowering it would let AWS choose whom to end.
      if (DesiredCapacity >= desired) return;
      if (desired > MaxSize) throw tooLarge(group, desired, MaxSize);
      const capacity = { DesiredCapacity: desired, HonorCooldown: false };
      await access.client.send(
        new access.sdk.SetDesiredCapacityCommand({ AutoScalingGroupName: group.settings.group, ...capacity }),
        { abortSignal: signal },
      );
    });
  }

  async end(group: AsgGroup, instanceIds: readonly string[], _: number, signal: AbortSignal): Promise<void> {
    await this.#call(`ending ${namesOf(instanceIds)}`, group, signal, async (access) => {
      const found = await describe(access, group, signal);
      await protect(
        access,
        group,
        unprotected(found).filter((id) => !instanceIds.includes(id)),
        signal,
      );
      // One that is ending already would take another place from the capacity.
      const live = instancesOf(found).filter(({ phase }) => phase !== 'ending');
      for (const { instanceId } of live.filter((each) => instanceIds.includes(each.instanceId))) {
        const terminate = { InstanceId: instanceId, ShouldDecrementDesiredCapacity: true };
        await access.once.send(new access.sdk.TerminateInstanceInAutoScalingGroupCommand(terminate), {
          abortSignal: signal,
        });
      }
      await this.#passHook(access, group, instanceIds, signal);
    });
  }

  /** The drain is over when an instance is ended: its lifecycle hook has nothing to wait for. */
  async #passHook(
    access: AwsAccess,
    group: AsgGroup,
    instanceIds: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const { lifecycleHook, group: name } = group.settings;
    if (lifecycleHook === undefined) return;
    const action = {
      AutoScalingGroupName: name,
      LifecycleHookName: lifecycleHook,
      LifecycleActionResult: 'CONTINUE',
    };
    for (let looks = 0; looks < HOOK_LOOKS; looks++) {
      if (looks > 0) await sleep(this.pollMs, undefined, { signal });
      const { Instances = [] } = await describe(access, group, signal);
      const ours = Instances.filter(({ InstanceId = '' }) => instanceIds.includes(InstanceId));
      for (const { InstanceId } of ours.filter((each) => each.LifecycleState === 'Terminating:Wait')) {
        await access.client.send(new access.sdk.CompleteLifecycleActionCommand({ ...action, InstanceId }), {
          abortSignal: signal,
        });
      }
      if (ours.every(({ LifecycleState }) => LifecycleState !== 'Terminating')) return;
    }
  }

  async #call<T>(
    what: string,
    { region, settings }: AsgGroup,
    signal: AbortSignal,
    work: (access: AwsAccess) => Promise<T>,
  ): Promise<T> {
    const awsRegion = settings.awsRegion ?? region;
    return providerCall(what, signal, async () => work(await this.clients.of(awsRegion)), explainAwsError);
  }
}

const nameOf = ({ region, settings }: AsgGroup) =>
  `Auto Scaling group ${settings.group} in ${settings.awsRegion ?? region}`;

async function describe(
  { sdk, client }: AwsAccess,
  group: AsgGroup,
  signal: AbortSignal,
): Promise<AutoScalingGroup> {
  const command = new sdk.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group.settings.group] });
  const { AutoScalingGroups = [] } = await client.send(command, { abortSignal: signal });
  const [found] = AutoScalingGroups;
  if (found) return found;
  const remedy = 'Name an existing group, and its awsRegion, in the policy';
  throw new ProviderError('group-not-found', `There is no ${nameOf(group)}`, remedy);
}

async function protect(
  { sdk, client }: AwsAccess,
  { settings }: AsgGroup,
  instanceIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (let from = 0; from < instanceIds.length; from += PROTECT_AT_ONCE) {
    const command = new sdk.SetInstanceProtectionCommand({
      AutoScalingGroupName: settings.group,
      InstanceIds: instanceIds.slice(from, from + PROTECT_AT_ONCE),
      ProtectedFromScaleIn: true,
    });
    await client.send(command, { abortSignal: signal });
  }
}

function tooLarge(group: AsgGroup, desired: number, maxSize: number): ProviderError {
  return new ProviderError(
    'out-of-bounds',
    `${nameOf(group)} may have ${maxSize} instances, not ${desired}`,
    'Raise its MaxSize, or lower max of the region in the policy',
  );
}
