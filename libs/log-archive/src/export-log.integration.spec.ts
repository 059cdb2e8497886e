import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { subjectOf } from '@spillway/contracts';
import { NatsBus } from '@spillway/messaging';
import { aHeartbeat, describeWith, startNats } from '@spillway/testkit';
import { see } from './archive.harness.js';
import { exportLog } from './export-log.js';
import { fileSource, natsSource } from './log-source.js';

jest.setTimeout(60_000);

const COUNT = 10_000;

describeWith(['nats-server'], 'an archive of the log of a real server', () => {
  it('shows what the log shows, although the server died while it was written', async () => {
    const server = await startNats();
    const folder = await mkdtemp(join(tmpdir(), 'spillway-archive-'));
    const bus = NatsBus.connect({ servers: server.url, name: 'archive', closeTimeoutMs: 500 });
    try {
      await bus.provision();
      for (let seq = 1; seq < COUNT; seq++) {
        const nodeId = `n${seq % 50}`;
        const load = { allocations: seq % 700 };
        bus.publish(subjectOf.heartbeat('us-east-1', nodeId), aHeartbeat({ nodeId, seq, load }));
      }
      await bus.record('turn.v1.of-tomorrow', {}, 'last');
      const path = join(folder, 'log.jsonl.gz');
      const about = {
        createdAt: new Date().toISOString(),
        createdBy: 'spec',
        asked: { fromMs: null, toMs: null },
        leadMs: 0,
      };
      let restarting: Promise<void> | undefined;
      const onProgress = () => void (restarting ??= server.restart());
      const end = await exportLog(await bus.readLog({}), path, about, { onProgress });
      await restarting;
      expect(end).toMatchObject({ entries: COUNT - 1, rejected: 1, gaps: 0 });

      const [log, file] = [natsSource(bus), fileSource(path)];
      const whole = await see(await log.open({}));
      expect(await see(await file.open({}))).toEqual(whole);
      const middle = whole.entries[COUNT / 2]?.at ?? 0;
      for (const window of [
        { from: { ms: middle } },
        { to: { ms: middle } },
        { from: { position: 77 }, to: { ms: middle } },
      ]) {
        expect(await see(await file.open(window))).toEqual(await see(await log.open(window)));
      }
    } finally {
      await bus.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
