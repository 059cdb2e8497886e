import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { defaultGeoDatabases } from '@spillway/geo';
import { aHeartbeat } from '@spillway/testkit/builders';
import getPort from 'get-port';
import { MeasuredProcess } from '../capacity/measured-process.js';

const SCRIPT = fileURLToPath(new URL('../../seed/server.py', import.meta.url));
const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-1'];
/** Debian's, which sees Debian's packages; another one may come first in the PATH. */
const PYTHON = '/usr/bin/python3';

/** The design of `bench/seed/server.py`: an API and its Redis, both on this machine. */
export class SeedServer {
  private constructor(
    private readonly api: MeasuredProcess,
    private readonly redis: MeasuredProcess,
    readonly port: number,
  ) {}

  static async start(nodes: number): Promise<SeedServer> {
    const [redisPort, port] = [await getPort(), await getPort()];
    const redis = await MeasuredProcess.start(
      'redis-server',
      ['--port', `${redisPort}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      {},
      async () => redisCli(redisPort, 'PING\n').includes('PONG'),
    );
    redisCli(redisPort, Array.from({ length: nodes }, (_, i) => setNode(i)).join(''));
    const [cities = ''] = defaultGeoDatabases();
    const api = await MeasuredProcess.start(PYTHON, [SCRIPT, `${port}`, `${redisPort}`, cities], {}, () =>
      fetch(`http://127.0.0.1:${port}/docs`).then(({ ok }) => ok),
    );
    return new SeedServer(api, redis, port);
  }

  /** Of both. */
  async cpuMicros(): Promise<number> {
    return (this.api.cpuSeconds + this.redis.cpuSeconds) * 1e6;
  }

  async stop(): Promise<void> {
    await this.api.stop();
    await this.redis.stop();
  }
}

function setNode(index: number): string {
  const id = `node-${index}`;
  const { urls } = aHeartbeat({ nodeId: id });
  const node = {
    id,
    region: REGIONS[index % REGIONS.length],
    host: '203.0.113.10',
    urls,
    load: ((index * 97) % 1000) / 1000,
  };
  return `SET node:${id} '${JSON.stringify(node)}'\n`;
}

function redisCli(port: number, commands: string): string {
  return spawnSync('redis-cli', ['-p', `${port}`], { input: commands, encoding: 'utf8' }).stdout;
}
