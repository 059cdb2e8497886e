import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { subjectOf } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { aHeartbeat, aPolicy, describeWith, startNats, type StartedNats } from '@spillway/testkit';
import { spillway } from '../testing/spillway.js';

jest.setTimeout(60_000);

describeWith(['nats-server'], 'spillway log', () => {
  let server: StartedNats;
  let folder: string;
  let file: string;
  beforeAll(async () => {
    server = await startNats();
    const bus = NatsBus.connect({ servers: server.url, name: 'spec' });
    await bus.provision();
    await bus.record('turn.v1.policy', { at: new Date().toISOString(), policy: aPolicy() }, 'policy');
    for (let seq = 1; seq <= 30_000; seq++) {
      const nodeId = `n${seq % 10}`;
      bus.publish(subjectOf.heartbeat('us-east-1', nodeId), aHeartbeat({ nodeId, seq }));
    }
    await bus.record(subjectOf.heartbeat('us-east-1', 'n1'), { not: 'a heartbeat' }, 'bad');
    await bus.close();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spillway-log-'));
    file = join(folder, 'incident.jsonl.gz');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const exportLog = (...args: string[]) => spillway('log', 'export', '--nats', server.url, file, ...args);

  it('writes a part of the log to a file and says what is in it', async () => {
    const done = await exportLog('--from', '-5m');
    expect(done).toMatchObject({ exitCode: 0, err: '' });
    expect(done.out).toContain('30,001 entries');
    expect(done.out).toContain('1 message that nobody understands left out');

    const text = await spillway('log', 'info', file);
    expect(text).toMatchObject({ exitCode: 0, err: '' });
    expect(text.out).toContain('30,000 heartbeat, 1 policy');
    expect(text.out).toContain('10 nodes in 1 region');
    const json = await spillway('log', 'info', '--json', file);
    expect(JSON.parse(json.out)).toMatchObject({
      entries: 30_001,
      nodes: 10,
      gaps: [],
      rejected: { 'invalid-payload': 1 },
    });
  });

  it('writes what there is of a part that begins before the log, or is empty', async () => {
    await exportLog('--from', '2020-01-01', '--to', '2020-01-02');
    const info = await spillway('log', 'info', '--json', file);
    expect(JSON.parse(info.out)).toMatchObject({ entries: 0, firstAtMs: null });
    expect((await exportLog('--from', '2020-01-01', '--force')).out).toContain('30,001 entries');
  });

  it('overwrites nothing unless it is told to', async () => {
    await exportLog();
    expect(await exportLog()).toMatchObject({ exitCode: 1, err: expect.stringContaining('--force') });
    expect(await exportLog('--force')).toMatchObject({ exitCode: 0 });
  });

  it('leaves no file behind when it is interrupted', async () => {
    const exporting = exportLog();
    while ((await readdir(folder)).length === 0) await new Promise(setImmediate);
    process.emit('SIGINT');
    expect(await exporting).toMatchObject({ exitCode: 130, err: expect.stringContaining('was not written') });
    expect(await readdir(folder)).toEqual([]);
  });

  it('says of a file that was cut off what is missing', async () => {
    await exportLog();
    await truncate(file, 40_000);
    const info = await spillway('log', 'info', file);
    expect(info.exitCode).toBe(1);
    expect(info.out).toMatch(/missing +positions \d+ to 30002: the file is cut off/);
    expect(info.out).toContain('it has no end');
  });

  it.each([
    [['--from', 'yesterday'], 2, '--from is no time'],
    [['--from', '-1m', '--to', '-2m'], 2, 'lies before --from'],
  ])('refuses %s', async (args, exitCode, message) => {
    expect(await exportLog(...args)).toMatchObject({ exitCode, err: expect.stringContaining(message) });
  });

  it('refuses a name that promises another compression', async () => {
    const done = await spillway('log', 'export', '--nats', server.url, join(folder, 'incident.jsonl.zst'));
    expect(done).toMatchObject({ exitCode: 2, err: expect.stringContaining('gzip') });
  });

  it('says what is no archive', async () => {
    const done = await spillway('log', 'info', new URL(import.meta.url).pathname);
    expect(done).toMatchObject({ exitCode: 1, err: expect.stringContaining('spillway log export') });
    expect(await spillway('log', 'info', join(folder, 'nothing'))).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('cannot be read'),
    });
  });
});
