import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AsgProvider } from './aws-asg/asg-provider.js';
import { AwsClients } from './aws-asg/clients.js';
import { AwsFault, StandInAutoScaling } from './aws-asg.harness.js';
import { awsAsg } from './aws-asg.js';
import { describeProvider } from './provider.conformance.js';
import type { Group } from './provider.js';
import type { SettingsOf } from './provider-definition.js';

const settings = { kind: 'aws-asg', group: 'turn-eu' } as const;
const region = 'eu-central-1';

async function startStandIn(): Promise<StandInAutoScaling> {
  const aws = new StandInAutoScaling('turn-eu');
  // Where the SDK itself looks.
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: await aws.listen(),
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  return aws;
}

describeProvider('aws-asg', ['unknown', 'silence'], async () => {
  const aws = await startStandIn();
  return {
    settings,
    region,
    create: () => awsAsg.create({ NATS_URL: '' }),
    started: async () => aws.started,
    settle: async () => aws.settle(),
    unknown: { settings: { ...settings, group: 'nobody' }, region },
    silence: async () => {
      aws.isSilent = true;
    },
    stop: async () => aws.close(),
  };
});

describe('aws-asg', () => {
  let aws: StandInAutoScaling;
  let provider: AsgProvider;
  beforeEach(async () => {
    aws = await startStandIn();
    provider = new AsgProvider(new AwsClients(), 1);
  });
  afterEach(() => aws.close());

  const group = (more: Partial<SettingsOf<'aws-asg'>> = {}): Group<SettingsOf<'aws-asg'>> => {
    return { region, settings: { ...settings, ...more }, fence: { generation: 1, revision: 1 } };
  };
  const signal = () => AbortSignal.timeout(10_000);
  const ids = () => aws.instances.map(({ id }) => id);
  const actions = () => aws.requests.map(({ Action }) => Action);
  const grown = async (desired: number) => {
    await provider.grow(group(), desired, signal());
    aws.settle();
  };

  it('protects all running instances from AWS before it changes the capacity', async () => {
    await grown(2);
    expect(aws.instances.every(({ isProtected }) => isProtected)).toBe(false);
    await provider.grow(group(), 3, signal());
    expect(actions().slice(-2)).toEqual(['SetInstanceProtection', 'SetDesiredCapacity']);
    expect(aws.instances.map(({ isProtected }) => isProtected)).toEqual([true, true, false]);
    expect(aws.requests.at(-1)).toMatchObject({ DesiredCapacity: '3', HonorCooldown: 'false' });
  });

  it('protects those that stay when it ends one, so that a stale capacity ends nobody else', async () => {
    await grown(3);
    const [first = '', ...others] = ids();
    await provider.end(group(), [first], 2, signal());
    aws.settle();
    expect(aws.desired).toBe(2);
    expect(aws.instances.map(({ id, isProtected }) => [id, isProtected])).toEqual(
      others.map((id) => [id, true]),
    );
  });

  it('never lowers the capacity, although instances it counts have gone', async () => {
    await grown(3);
    await provider.grow(group(), 2, signal());
    expect(aws.desired).toBe(3);
  });

  it('lets an instance that waits in the lifecycle hook go, as its drain is over', async () => {
    await grown(2);
    aws.hasHook = true;
    const [first = ''] = ids();
    await provider.end(group({ lifecycleHook: 'drain' }), [first], 1, signal());
    expect(aws.instances[0]).toMatchObject({ id: first, state: 'Terminating:Proceed' });
    expect(aws.requests.find(({ Action }) => Action === 'CompleteLifecycleAction')).toMatchObject({
      LifecycleHookName: 'drain',
      LifecycleActionResult: 'CONTINUE',
      InstanceId: first,
    });
  });

  it('asks again while an instance is on its way to the hook', async () => {
    await grown(1);
    const [only = ''] = ids();
    const ended = provider.end(group({ lifecycleHook: 'drain' }), [only], 0, signal());
    while (aws.requests.filter(({ Action }) => Action === 'DescribeAutoScalingGroups').length < 6) {
      await new Promise(setImmediate);
    }
    for (const each of aws.instances) each.state = 'Terminating:Wait';
    await ended;
    expect(aws.instances[0]?.state).toBe('Terminating:Proceed');
  });

  it('does not take a second place from the capacity for an instance that ends already', async () => {
    await grown(2);
    const [first = ''] = ids();
    await provider.end(group(), [first], 1, signal());
    await provider.end(group(), [first], 1, signal());
    expect(aws.desired).toBe(1);
  });

  it('says an instance that stands by or is detached counts no more', async () => {
    await grown(4);
    const states = ['Pending:Wait', 'InService', 'Standby', 'Detaching'];
    for (const [index, state] of states.entries()) Object.assign(aws.instances[index] ?? {}, { state });
    const { instances } = await provider.inventory(group(), signal());
    expect(instances.map(({ phase }) => phase)).toEqual(['booting', 'running', 'ending', 'ending']);
  });

  it("says that the group's own limits are in the way", async () => {
    await expect(provider.grow(group(), 11, signal())).rejects.toMatchObject({
      code: 'out-of-bounds',
      isRetryable: false,
      message: expect.stringContaining('may have 10 instances, not 11'),
    });
    await grown(1);
    aws.min = 1;
    await expect(provider.end(group(), ids(), 0, signal())).rejects.toMatchObject({
      code: 'out-of-bounds',
      remedy: expect.stringContaining('MinSize be 0'),
    });
  });

  it.each([
    ['AccessDenied', 403, 'not-permitted', false, /autoscaling:DescribeAutoScalingGroups/],
    ['UnrecognizedClientException', 403, 'not-permitted', false, /credentials/],
    ['InvalidAction', 400, 'refused', false, /AWS says why/],
    ['InvalidClientTokenId', 403, 'not-permitted', false, /credentials/],
    ['ScalingActivityInProgress', 400, 'conflict', true, /tried again/],
    ['ResourceContention', 500, 'conflict', true, /tried again/],
    ['Throttling', 400, 'throttled', true, /higher rate/],
    ['InternalFailure', 500, 'unavailable', true, /status/],
  ] as const)('explains %s (%d) as %s', async (name, status, code, isRetryable, remedy) => {
    aws.faults.push(...Array.from({ length: 3 }, () => new AwsFault(name, 'No.', status)));
    await expect(provider.inventory(group(), signal())).rejects.toMatchObject({
      code,
      isRetryable,
      remedy: expect.stringMatching(remedy),
    });
  });

  it('says that AWS is not to be reached', async () => {
    aws.close();
    await expect(provider.inventory(group(), signal())).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('does not repeat a termination by itself, for it could end the capacity of another one', async () => {
    await grown(2);
    const [first = ''] = ids();
    aws.requests.length = 0;
    const terminations = () => actions().filter((each) => each === 'TerminateInstanceInAutoScalingGroup');
    aws.faults.push(new AwsFault('InternalFailure', 'No.', 500, 'TerminateInstanceInAutoScalingGroup'));
    await expect(provider.end(group(), [first], 1, signal())).rejects.toMatchObject({ code: 'unavailable' });
    expect(terminations()).toHaveLength(1);
  });
});
