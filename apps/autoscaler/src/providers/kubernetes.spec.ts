import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { KubernetesFault, StandInKubernetes } from './kubernetes.harness.js';
import { KubernetesProvider } from './kubernetes/kubernetes-provider.js';
import { describeProvider } from './provider.conformance.js';
import type { SettingsOf } from './provider-definition.js';
import type { Group } from './provider.js';

type Settings = SettingsOf<'kubernetes'>;
const region = 'eu-central-1';
const settingsOf = (workload: Settings['workload']): Settings => {
  return { kind: 'kubernetes', namespace: 'media', workload, name: 'turn', selector: 'app=turn' };
};

async function startStandIn(workload: Settings['workload']): Promise<StandInKubernetes> {
  const cluster = new StandInKubernetes(workload);
  // Where the client itself looks.
  process.env['KUBECONFIG'] = await cluster.listen();
  return cluster;
}

for (const workload of ['deployments', 'statefulsets'] as const) {
  describeProvider(`kubernetes with ${workload}`, ['unknown', 'silence'], async () => {
    const cluster = await startStandIn(workload);
    return {
      settings: settingsOf(workload),
      region,
      create: () => new KubernetesProvider(1),
      started: async () => cluster.started,
      settle: async () => cluster.settle(),
      unknown: { settings: { ...settingsOf(workload), name: 'nobody' }, region },
      silence: async () => {
        cluster.isSilent = true;
      },
      stop: async () => cluster.close(),
    };
  });
}

describe('kubernetes', () => {
  let cluster: StandInKubernetes;
  const provider = () => new KubernetesProvider(1);
  const signal = () => AbortSignal.timeout(10_000);
  const groupOf = (more: Partial<Settings> = {}): Group<Settings> => {
    const settings = { ...settingsOf(cluster.workload), ...more };
    return { region, settings, fence: { generation: 1, revision: 1 } };
  };
  const start = async (workload: Settings['workload'], replicas: number) => {
    cluster = await startStandIn(workload);
    await provider().grow(groupOf(), replicas, signal());
    cluster.settle();
  };
  const uids = () => cluster.pods.map(({ uid }) => uid);
  const end = (...ids: (string | undefined)[]) =>
    provider().end(groupOf(), ids.map(String), cluster.replicas - ids.length, signal());
  beforeEach(() => start('deployments', 3));
  afterEach(() => cluster.close());

  it('marks the pods that shall go before it lowers the number, and only those', async () => {
    cluster.requests.length = 0;
    const [first, second, third] = uids();
    await end(second);
    expect(cluster.pods.filter(({ isDeleted }) => isDeleted).map(({ uid }) => uid)).toEqual([second]);
    expect(cluster.requests.filter((each) => !each.startsWith('GET'))).toEqual([
      'PATCH /api/v1/namespaces/media/pods/turn-5d4f8c7d9-2',
      'PUT /apis/apps/v1/namespaces/media/deployments/turn/scale',
    ]);
    cluster.settle();
    expect(uids()).toEqual([first, third]);
  });

  it('takes back the mark of a pod that was to go and has not gone, so that it does not go instead of another', async () => {
    const [first, second] = uids();
    Object.assign(cluster.pods[0] ?? {}, { cost: '-2147483647' });
    await end(second);
    expect(cluster.pods.find(({ uid }) => uid === first)).toMatchObject({
      cost: undefined,
      isDeleted: false,
    });
  });

  it('leaves the costs that somebody else gave', async () => {
    Object.assign(cluster.pods[0] ?? {}, { cost: '-5' });
    await end(uids()[1]);
    expect(cluster.pods[0]).toMatchObject({ cost: '-5', isDeleted: false });
  });

  it('lowers nothing while a pod that is not ready would go in place of the chosen one', async () => {
    Object.assign(cluster.pods[2] ?? {}, { isReady: false });
    await expect(end(uids()[0])).rejects.toMatchObject({
      code: 'conflict',
      isRetryable: true,
      message: expect.stringContaining('would end turn-5d4f8c7d9-3 first'),
    });
    expect(cluster.replicas).toBe(3);
    await end(uids()[2]);
    expect(cluster.replicas).toBe(2);
  });

  it('lowers nothing while pods are still to be started: there would only be fewer of those', async () => {
    cluster.isPaused = true;
    await provider().grow(groupOf(), 5, signal());
    await expect(end(uids()[0])).rejects.toMatchObject({ code: 'conflict', isRetryable: true });
    expect(cluster.replicas).toBe(5);
  });

  it('lowers the number once, although the controller has not begun when it is told again', async () => {
    cluster.isPaused = true;
    const [first] = uids();
    await expect(end(first)).rejects.toMatchObject({ code: 'conflict', isRetryable: true });
    await expect(end(first)).rejects.toMatchObject({ code: 'conflict', isRetryable: true });
    expect(cluster.replicas).toBe(2);
    cluster.reconcile();
    await end(first);
    cluster.settle();
    expect(uids()).not.toContain(first);
    expect(uids()).toHaveLength(2);
  });

  it('ends the highest ordinals of a StatefulSet, and says that it ends no others', async () => {
    cluster.close();
    await start('statefulsets', 3);
    const [, second, third] = uids();
    await expect(end(second)).rejects.toMatchObject({
      code: 'cannot-end',
      isRetryable: false,
      message: expect.stringContaining('not turn-1'),
      remedy: expect.stringContaining('Use a Deployment'),
    });
    expect(cluster.replicas).toBe(3);
    await end(second, third);
    expect(cluster.replicas).toBe(1);
  });

  it('tells what phase a pod is in', async () => {
    Object.assign(cluster.pods[0] ?? {}, { phase: 'Pending' });
    Object.assign(cluster.pods[1] ?? {}, { phase: 'Failed' });
    Object.assign(cluster.pods[2] ?? {}, { isDeleted: true });
    const { instances } = await provider().inventory(groupOf(), signal());
    expect(instances.map(({ phase }) => phase)).toEqual(['booting', 'ending', 'ending']);
  });

  it('says that the selector is wrong rather than that there are no pods', async () => {
    await expect(provider().inventory(groupOf({ selector: 'app=other' }), signal())).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('app=other'),
    });
  });

  it('uses the context it is given, and names those there are when it is none of them', async () => {
    expect((await provider().inventory(groupOf({ context: 'other' }), signal())).instances).toHaveLength(3);
    await expect(provider().inventory(groupOf({ context: 'nobody' }), signal())).rejects.toMatchObject({
      code: 'misconfigured',
      remedy: expect.stringContaining('test, other'),
    });
  });

  it.each([
    [403, 'Forbidden', 'not-permitted', false, /deployments\/scale/],
    [401, 'Unauthorized', 'not-permitted', false, /role/],
    [409, 'Conflict', 'conflict', true, /tried again/],
    [422, 'Invalid', 'refused', false, /cluster says why/],
    [429, 'TooManyRequests', 'throttled', true, /API server/],
    [500, 'InternalError', 'unavailable', true, /API server/],
  ] as const)('explains %d %s as %s', async (status, reason, code, isRetryable, remedy) => {
    cluster.faults.push(new KubernetesFault(status, reason, 'it says no'));
    await expect(provider().grow(groupOf(), 5, signal())).rejects.toMatchObject({
      code,
      isRetryable,
      // The client does not hand on what the server says with a 401.
      message: expect.stringMatching(/it says no|failed: Unauthorized/),
      remedy: expect.stringMatching(remedy),
    });
  });

  it('says that the cluster is not to be reached', async () => {
    const looking = provider();
    await looking.inventory(groupOf(), signal());
    cluster.close();
    await expect(looking.inventory(groupOf(), signal())).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
