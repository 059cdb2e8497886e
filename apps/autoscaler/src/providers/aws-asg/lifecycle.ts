import type { AutoScalingGroup, Instance as AwsInstance } from '@aws-sdk/client-auto-scaling';
import type { Instance } from '@spillway/scaling';

/**
 * AWS's states of an instance in our words. What is detached, stands by or goes to a warm pool is not of the group's
 * capacity any more and counts as ending.
 */
export function phaseOf({ LifecycleState: state }: AwsInstance): Instance['phase'] {
  if (state?.startsWith('Pending')) return 'booting';
  return state === 'InService' ? 'running' : 'ending';
}

export function instancesOf({ Instances = [] }: AutoScalingGroup): Instance[] {
  return Instances.map((instance) => ({
    instanceId: instance.InstanceId ?? '',
    phase: phaseOf(instance),
  }));
}

/** Instances that AWS could pick if somebody lowered the capacity of the group. */
export function unprotected({ Instances = [] }: AutoScalingGroup): string[] {
  return Instances.filter(
    ({ LifecycleState, ProtectedFromScaleIn }) => LifecycleState === 'InService' && !ProtectedFromScaleIn,
  ).map(({ InstanceId = '' }) => InstanceId);
}
