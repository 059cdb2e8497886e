import { describe, expect, it } from '@jest/globals';
import type { LogEvent } from '@spillway/contracts';
import { aHeartbeat, aPolicy } from '@spillway/testkit';
import { SharedLog, type LogReader } from './shared-log.js';

const issued = (batch: number): LogEvent => {
  return { kind: 'issued', issued: { at: '', routerId: 'r', bootId: 'b', batch, decisions: [] } };
};

describe('a reader that starts', () => {
  it('is handed the last entry of every subject and the batches of the last half minute, then goes on', () => {
    const log = new SharedLog();
    const beat = (nodeId: string, seq: number, at: number) =>
      log.append(at, { kind: 'heartbeat', heartbeat: aHeartbeat({ nodeId, seq }) });
    log.append(0, { kind: 'policy', policy: aPolicy() });
    for (let second = 0; second < 100; second++) {
      beat('a', second, second * 1000);
      log.append(second * 1000, issued(second));
    }
    beat('b', 1, 100_000);
    const reader: LogReader = { delayMs: 10, cursor: 0 };
    const kinds: string[] = [];
    const batches: number[] = [];
    const beats: string[] = [];
    log.hydrate(reader, ({ event }) => {
      kinds.push(event.kind);
      if (event.kind === 'issued') batches.push(event.issued.batch);
      if (event.kind === 'heartbeat') beats.push(`${event.heartbeat.nodeId}${event.heartbeat.seq}`);
    });
    expect(kinds.filter((kind) => kind === 'policy')).toHaveLength(1);
    expect(beats).toEqual(['a99', 'b1']);
    expect(batches.at(-1)).toBe(99);
    expect(batches.length).toBeGreaterThanOrEqual(30);
    expect(log.read(reader, Infinity)).toBeUndefined();
    beat('b', 2, 101_000);
    expect(log.read(reader, 101_009)).toBeUndefined();
    expect(log.read(reader, 101_010)?.position).toBe(203);
  });
});
