import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deriveNodeSecret } from '@spillway/turn';
import { DockerFault, StandInDocker } from './docker.harness.js';
import { docker } from './docker.js';
import { describeProvider } from './provider.conformance.js';
import type { SettingsOf } from './provider-definition.js';
import type { Group } from './provider.js';

const region = 'eu-central-1';
const settings = {
  kind: 'docker',
  image: 'example/relay',
  network: 'host',
  env: { LOG_LEVEL: 'warn' },
} as const;
const config = { NATS_URL: 'nats://10.0.0.2:4222', TURN_MASTER_SECRET: 'a-master-secret-for-specs' };

async function startStandIn(): Promise<StandInDocker> {
  const daemon = new StandInDocker('example/relay');
  // Where the client itself looks.
  process.env['DOCKER_HOST'] = await daemon.listen();
  return daemon;
}

describeProvider('docker', ['silence'], async () => {
  const daemon = await startStandIn();
  return {
    settings,
    region,
    create: () => docker.create(config),
    started: async () => daemon.created,
    settle: async () => {},
    silence: async () => {
      daemon.isSilent = true;
    },
    stop: async () => daemon.close(),
  };
});

describe('docker', () => {
  let daemon: StandInDocker;
  beforeEach(async () => {
    daemon = await startStandIn();
  });
  afterEach(() => daemon.close());

  const provider = () => docker.create(config);
  const signal = () => AbortSignal.timeout(10_000);
  const groupOf = (more: Partial<SettingsOf<'docker'>> = {}): Group<SettingsOf<'docker'>> => {
    return { region, settings: { ...settings, ...more }, fence: { generation: 1, revision: 1 } };
  };
  const grow = (desired: number) => provider().grow(groupOf(), desired, signal());
  const phases = async () =>
    (await provider().inventory(groupOf(), signal())).instances.map(({ phase }) => phase);

  it('tells a container who it is, and gives it a secret of its own', async () => {
    await grow(1);
    const [container] = daemon.containers;
    const instanceId = container?.labels['spillway.instance'] ?? '';
    expect(instanceId).toMatch(/^eu-central-1-1-[0-9a-f]{8}$/);
    expect(container?.env.toSorted()).toEqual([
      `INSTANCE_ID=${instanceId}`,
      'INSTANCE_NUMBER=1',
      'LOG_LEVEL=warn',
      'NATS_URL=nats://10.0.0.2:4222',
      `NODE_ID=${instanceId}`,
      'REGION=eu-central-1',
      `TURN_NODE_SECRET=${deriveNodeSecret(config.TURN_MASTER_SECRET, instanceId, 1)}`,
    ]);
    expect(container).toMatchObject({
      name: 'spillway-eu-central-1-1',
      hostConfig: { NetworkMode: 'host', RestartPolicy: { Name: 'unless-stopped' } },
    });
  });

  it('counts the containers of its region alone', async () => {
    await provider().grow({ ...groupOf(), region: 'eu-west-1' }, 2, signal());
    await grow(1);
    expect(await phases()).toEqual(['running']);
    expect(daemon.containers).toHaveLength(3);
  });

  it('starts what an autoscaler created that was killed before it started it, and no other in its place', async () => {
    await grow(2);
    Object.assign(daemon.containers[0] ?? {}, { state: 'created' });
    expect(await phases()).toEqual(['booting', 'running']);
    await grow(2);
    expect(await phases()).toEqual(['running', 'running']);
    expect(daemon.created).toBe(2);
  });

  it('replaces a container that somebody stopped, and takes it away with the next that ends', async () => {
    await grow(2);
    Object.assign(daemon.containers[0] ?? {}, { state: 'exited' });
    await grow(2);
    expect(await phases()).toEqual(['ending', 'running', 'running']);
    const { instances } = await provider().inventory(groupOf(), signal());
    await provider().end(groupOf(), [String(instances[2]?.instanceId)], 1, signal());
    expect(await phases()).toEqual(['running']);
  });

  it('takes a container away that cannot be started, and says why', async () => {
    const words = 'driver failed programming external connectivity: port is already allocated';
    daemon.faults.push(new DockerFault(500, words, '/start'));
    await expect(grow(1)).rejects.toMatchObject({
      code: 'cannot-start',
      message: expect.stringContaining(words),
    });
    expect(daemon.containers).toEqual([]);
  });

  it('leaves a container alone that another autoscaler is just creating', async () => {
    await grow(1);
    Object.assign(daemon.containers[0] ?? {}, { state: 'created' });
    daemon.faults.push(new DockerFault(404, 'No such container: 1f3a', '/start'));
    await grow(1);
    expect(daemon.containers).toHaveLength(1);
  });

  it('stops a container in good order before it removes it', async () => {
    await grow(1);
    daemon.requests.length = 0;
    const { instances } = await provider().inventory(groupOf(), signal());
    await provider().end(groupOf(), [String(instances[0]?.instanceId)], 0, signal());
    expect(daemon.requests.map((each) => each.replace(/[0-9a-f]{64}/, 'id')).slice(2)).toEqual([
      'POST /containers/id/stop',
      'DELETE /containers/id',
    ]);
  });

  it('says that the image is missing', async () => {
    const group = groupOf({ image: 'example/nothing' });
    await expect(provider().grow(group, 1, signal())).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('No such image: example/nothing'),
      remedy: expect.stringContaining('Pull or build it'),
    });
  });

  it.each([
    [404, 'network media not found', 'misconfigured', false],
    [500, 'write /var/lib/docker: no space left on device', 'no-room', false],
    [500, 'context deadline exceeded', 'unavailable', true],
    [403, 'authorization denied by plugin', 'not-permitted', false],
    [400, 'invalid reference format', 'refused', false],
  ] as const)('explains %d %s as %s', async (status, words, code, isRetryable) => {
    daemon.faults.push(new DockerFault(status, words, '/create'));
    await expect(grow(1)).rejects.toMatchObject({
      code,
      isRetryable,
      message: expect.stringContaining(words),
    });
  });

  it('says that there is no Docker daemon', async () => {
    daemon.close();
    await expect(grow(1)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
      remedy: expect.stringContaining('DOCKER_HOST'),
    });
  });
});
