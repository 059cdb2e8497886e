import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseIpv4Routes, parseIpv6Routes } from './default-route.js';
import { createHostSampler } from './host.js';
import { CpuMeter, cpuShare, parseMachineTimes, parseProcessTimes } from './host-cpu.js';
import { NetworkMeter, rateBps } from './host-network.js';

let root = '';
let now = 0;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'spillway-host-'));
  now = 1000;
});
afterEach(() => rm(root, { recursive: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** /proc/stat as a machine with two cores writes it. */
const machineStat = (busy: number, idle: number) =>
  `cpu  ${busy} 0 0 ${idle} 0 0 0 0 0 0\ncpu0 ${busy} 0 0 ${idle} 0 0 0 0 0 0\nintr 1 2 3\n`;

/** /proc/<pid>/stat; the name of the command may hold spaces and parentheses. */
const processStat = (userTicks: number, systemTicks: number, startedAt = 77) =>
  `42 (turn) server)) S 1 42 42 0 -1 4194304 100 0 0 0 ${userTicks} ${systemTicks} 0 0 20 0 8 0 ${startedAt} 1000 10\n`;

describe('CpuMeter', () => {
  it('knows nothing before it has two readings, then the share between them', async () => {
    const meter = new CpuMeter(undefined, root);
    await write('stat', machineStat(100, 900));
    expect(await meter.read()).toEqual({ cpu: null });
    await write('stat', machineStat(150, 1050));
    expect(await meter.read()).toEqual({ cpu: 0.25 });
  });

  it('counts waiting for disks as idle and time stolen by the hypervisor as busy', () => {
    expect(parseMachineTimes('cpu  10 1 5 70 8 2 1 3 4 0\n')).toEqual({ busy: 22, total: 100 });
  });

  it('says when /proc/stat is not what it should be', async () => {
    await write('stat', 'nothing of the sort\n');
    await expect(new CpuMeter(undefined, root).read()).rejects.toThrow('no line of CPU times');
  });

  it('measures the process in a pid file as a share of all cores', async () => {
    const meter = new CpuMeter(join(root, 'pid'), root, () => now);
    await write('pid', '42\n');
    await write('42/stat', processStat(10, 5));
    expect(await meter.read()).toEqual({ cpu: null });
    now += 1000;
    await write('42/stat', processStat(50, 15));
    expect((await meter.read()).cpu).toBeCloseTo(0.5 / availableParallelism(), 2);
  });

  it('knows nothing when the process is another one than before', async () => {
    const meter = new CpuMeter(join(root, 'pid'), root, () => now);
    await write('pid', '42');
    await write('42/stat', processStat(10, 5));
    await meter.read();
    now += 1000;
    await write('42/stat', processStat(50, 15, 99));
    expect(await meter.read()).toEqual({ cpu: null });
  });

  it('says when the process does not run, and knows nothing of the time in between', async () => {
    const meter = new CpuMeter(join(root, 'pid'), root, () => now);
    await write('pid', '42');
    await write('42/stat', processStat(10, 5));
    await meter.read();
    await rm(join(root, '42'), { recursive: true });
    await expect(meter.read()).rejects.toThrow('does not run');
    await write('42/stat', processStat(20, 5));
    now += 1000;
    expect(await meter.read()).toEqual({ cpu: null });
  });

  it('refuses a pid file that holds something else', async () => {
    await write('pid', '../1');
    await expect(new CpuMeter(join(root, 'pid'), root).read()).rejects.toThrow('holds no process id');
  });

  it('gives a share from 0 to 1 or nothing, whatever the counters do', () => {
    const times = fc.record({ busy: fc.nat(), total: fc.nat(), origin: fc.constantFrom('a', 'b') });
    fc.assert(
      fc.property(times, times, (before, after) => {
        const share = cpuShare(before, after);
        expect(share === null || (share >= 0 && share <= 1)).toBe(true);
        if (after.busy < before.busy) expect(share).toBeNull();
      }),
    );
  });

  it('measures a real process', async () => {
    await write('pid', `${process.pid}\n`);
    const meter = new CpuMeter(join(root, 'pid'));
    await meter.read();
    const busyUntil = process.cpuUsage().user + 50_000;
    while (process.cpuUsage().user < busyUntil);
    expect((await meter.read()).cpu).toBeGreaterThan(0);
  });

  it('refuses a text that holds no times', () => {
    expect(() => parseProcessTimes('')).toThrow('cannot be read');
  });
});

describe('NetworkMeter', () => {
  const counters = async (name: string, sent: number, received: number) => {
    await write(`sys/class/net/${name}/statistics/tx_bytes`, `${sent}\n`);
    await write(`sys/class/net/${name}/statistics/rx_bytes`, `${received}\n`);
  };
  const meter = (name?: string) =>
    new NetworkMeter(name, { proc: join(root, 'proc'), sys: join(root, 'sys') }, () => now);

  it('knows nothing before it has two readings, then bits per second', async () => {
    const eth0 = meter('eth0');
    await counters('eth0', 1000, 2000);
    expect(await eth0.read()).toEqual({ egressBps: null, ingressBps: null });
    now += 500;
    await counters('eth0', 2000, 2000);
    expect(await eth0.read()).toEqual({ egressBps: 16_000, ingressBps: 0 });
  });

  it('knows nothing across a reset of a counter', async () => {
    const eth0 = meter('eth0');
    await counters('eth0', 5000, 100);
    await eth0.read();
    now += 1000;
    await counters('eth0', 10, 200);
    expect(await eth0.read()).toEqual({ egressBps: null, ingressBps: 800 });
  });

  it('says which interface is missing, and knows nothing of the time in between', async () => {
    const eth0 = meter('eth0');
    await counters('eth0', 1, 1);
    await eth0.read();
    await rm(join(root, 'sys'), { recursive: true });
    await expect(eth0.read()).rejects.toThrow('there is no network interface eth0: set HOST_INTERFACE');
    await counters('eth0', 9, 9);
    now += 1000;
    expect(await eth0.read()).toEqual({ egressBps: null, ingressBps: null });
  });

  it('takes the interface of the default route and starts anew when that changes', async () => {
    const route = (name: string) =>
      `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n${name}\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\n`;
    const any = meter();
    await write('proc/net/route', route('eth0'));
    await counters('eth0', 0, 0);
    await counters('eth1', 1_000_000, 0);
    await any.read();
    now += 1000;
    await write('proc/net/route', route('eth1'));
    expect(await any.read()).toEqual({ egressBps: null, ingressBps: null });
    now += 1000;
    expect(await any.read()).toEqual({ egressBps: 0, ingressBps: 0 });
  });

  it('says when there is no default route', async () => {
    await expect(meter().read()).rejects.toThrow('there is no default route: set HOST_INTERFACE');
  });

  it('never gives a negative rate', () => {
    const reading = fc.record({
      networkInterface: fc.constantFrom('a', 'b'),
      sentBytes: fc.nat(),
      receivedBytes: fc.nat(),
      at: fc.nat(),
    });
    fc.assert(
      fc.property(reading, reading, (before, after) => {
        const rate = rateBps(before, after, 'sentBytes');
        expect(rate === null || rate >= 0).toBe(true);
      }),
    );
  });
});

describe('the default route', () => {
  it('is the usable one of the least metric', () => {
    const table = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
      'eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0',
      'down0\t00000000\t0100000A\t0002\t0\t0\t1\t00000000\t0\t0\t0',
      'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
      '',
    ].join('\n');
    expect(parseIpv4Routes(table)).toBe('eth0');
    expect(parseIpv4Routes('')).toBeUndefined();
  });

  it('is found on a machine with IPv6 only', () => {
    const zero = '0'.repeat(32);
    const table = [
      `${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo`,
      `${zero} 00 ${zero} 00 fe800000000000000000000000000001 00000400 00000005 00000000 00000003     eth0`,
      `fe80000000000000${'0'.repeat(16)} 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth1`,
    ].join('\n');
    expect(parseIpv6Routes(table)).toBe('eth0');
  });
});

describe('the sampler host', () => {
  it('measures this machine at its second sample', async () => {
    const sampler = createHostSampler('lo', 'machine');
    const signal = AbortSignal.timeout(5000);
    await sampler.sample(signal);
    let sample = await sampler.sample(signal);
    while (typeof sample.cpu !== 'number') sample = await sampler.sample(signal);
    expect(sample.cpu).toBeGreaterThanOrEqual(0);
    expect(sample.egressBps).toEqual(expect.any(Number));
    expect(sample).not.toHaveProperty('problem');
  });

  it('measures what it can when the rest fails, and says why', async () => {
    const sample = await createHostSampler('no-such-interface', 'machine').sample(AbortSignal.timeout(5000));
    expect(sample).toEqual({
      cpu: null,
      problem: 'there is no network interface no-such-interface: set HOST_INTERFACE',
    });
  });

  it('leaves out what it is told to leave out', async () => {
    expect(await createHostSampler('none', 'none').sample(AbortSignal.timeout(5000))).toEqual({});
  });
});
