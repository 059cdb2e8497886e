import { describe, expect, it } from '@jest/globals';
import type { LogEntry } from '@spillway/contracts';
import { Health } from '@spillway/runtime';
import { aHeartbeat, aLog, aPolicy, fakeClock } from '@spillway/testkit';
import { FleetView } from './fleet/fleet-view.js';
import { spilloverOf } from './fleet/restore-prices.js';
import { addReadinessChecks } from './readiness.js';
import { aControl } from './testing/control.harness.js';

const AT = Date.UTC(2026, 10, 22);

/** Readiness of a view that the spec leads through its life. */
function setStage() {
  const clock = fakeClock(0);
  const view = new FleetView('boot', () => clock.now());
  const health = new Health();
  addReadinessChecks(health, view);
  const entry = aLog();
  const fold = (event: LogEntry['event']) => view.fold(entry(event, AT + clock.now()));
  return {
    view,
    clock,
    fold,
    policy: () => fold({ kind: 'policy', policy: aPolicy() }),
    hear: (nodeId: string, seq = 1) => fold({ kind: 'heartbeat', heartbeat: aHeartbeat({ nodeId, seq }) }),
    readiness: () => health.readiness(),
    wrong: () => {
      const { ready, checks } = health.readiness();
      const named = Object.entries(checks).filter(([, { status }]) => status !== 'ok');
      return { ready, ...Object.fromEntries(named.map(([name, { detail }]) => [name, detail])) };
    },
  };
}

describe('readiness', () => {
  it('is not given before the log has been read', () => {
    const { wrong, view } = setStage();
    view.setLink('up');
    expect(wrong()).toMatchObject({ ready: false, view: 'no policy on the log' });
  });

  it('is not given while the log has been read in part', () => {
    const { wrong, view, policy, hear } = setStage();
    view.setLink('up');
    policy();
    hear('n1');
    expect(wrong()).toEqual({ ready: false, view: 'the log has not been read to its end' });
    view.needUpTo(3);
    expect(wrong()).toMatchObject({ ready: false });
    hear('n2');
    expect(wrong()).toEqual({ ready: true });
  });

  it('waits for a policy however much else was read', () => {
    const { wrong, view, hear, policy } = setStage();
    view.setLink('up');
    hear('n1');
    view.needUpTo(1);
    expect(wrong()).toMatchObject({ ready: false, view: 'no policy on the log' });
    policy();
    expect(wrong()).toEqual({ ready: true });
  });

  it('stays, degraded, when the link is lost, and says for how long', () => {
    const { wrong, view, policy, hear, clock } = setStage();
    view.setLink('up');
    policy();
    hear('n1');
    view.needUpTo(2);
    view.setLink('down');
    clock.advance(42_000);
    expect(wrong()).toEqual({ ready: true, link: 'no link to NATS for 42 s: answers come from memory' });
    view.setLink('up');
    expect(wrong()).toEqual({ ready: true });
  });

  it('is degraded without a usable node', () => {
    const { wrong, view, policy } = setStage();
    view.setLink('up');
    policy();
    view.needUpTo(1);
    expect(wrong()).toEqual({ ready: true, nodes: 'no usable node in any region' });
  });

  it('is degraded while most of the fleet is silent, the last view of which is kept', () => {
    const { wrong, view, policy, hear, clock } = setStage();
    view.setLink('up');
    policy();
    for (const nodeId of ['n1', 'n2', 'n3', 'n4', 'n5', 'n6']) hear(nodeId);
    view.needUpTo(7);
    clock.advance(60_000);
    view.now();
    expect(wrong()).toEqual({
      ready: true,
      bus: 'most of the fleet fell silent at once: the last view of it is kept',
    });
  });

  it('is degraded while an autoscaler that was heard says nothing more, and tells for how long', () => {
    const { wrong, readiness, view, policy, hear, fold, clock } = setStage();
    view.setLink('up');
    policy();
    hear('n1');
    view.needUpTo(2);
    expect(readiness().checks['prices']?.detail).toMatch(/^no autoscaler has been heard/);
    fold({
      kind: 'spillover',
      region: 'us-east-1',
      spillover: spilloverOf(aControl({ atMs: AT }), AT, 0.79),
    });
    clock.advance(60_000);
    hear('n1', 2);
    expect(wrong()).toEqual({ ready: true });
    clock.advance(93_000);
    hear('n1', 3);
    expect(wrong()).toEqual({
      ready: true,
      prices: 'no word from the autoscaler for 153 s: its part of the prices falls to zero',
    });
    fold({
      kind: 'spillover',
      region: 'us-east-1',
      spillover: spilloverOf(aControl({ atMs: AT }), AT, 0.79),
    });
    expect(wrong()).toEqual({ ready: true });
  });
});
