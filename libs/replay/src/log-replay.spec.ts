import { describe, expect, it } from '@jest/globals';
import type { DecisionRecord, LogEntry, RefusalRecord } from '@spillway/contracts';
import type { PlacementExplanation } from '@spillway/placement';
import { aPolicy } from '@spillway/testkit';
import { LogReplay } from './log-replay.js';
import { degrees, RecordingRouter, Stage, T0 } from './recording-router.harness.js';
import type { Verdict } from './verdict.js';

type Gap = { readonly before: number; readonly isNewLog?: boolean };

/** What becomes of every decision and refusal, in the order they are told. */
function replay(entries: readonly LogEntry[], gap?: Gap) {
  const verdicts: { id: string; verdict: Verdict }[] = [];
  const take = (record: DecisionRecord | RefusalRecord, verdict: Verdict) =>
    void verdicts.push({ id: 'id' in record ? record.id : 'refused', verdict });
  const replay = new LogReplay(degrees, { onDecision: take, onRefusal: take });
  for (const [i, entry] of entries.entries()) {
    if (i === gap?.before) replay.noteGap(gap.isNewLog);
    replay.apply(entry);
  }
  return verdicts;
}

const said = (entries: readonly LogEntry[], gap?: Gap) =>
  replay(entries, gap).map(({ verdict }) =>
    verdict.kind === 'unverifiable' ? verdict.reason : verdict.kind,
  );

describe('A log that is replayed', () => {
  it('gives every decision of every router again, also where one rests on what another issued', () => {
    const stage = new Stage();
    const [first, second] = [stage.router('r1'), stage.router('r2')];
    for (let i = 0; i < 200; i++) {
      stage.pass(20);
      (i % 3 === 0 ? first : second).decide(stage.at, { lat: i % 90, lon: i % 180 });
      if (i % 10 === 0) stage.tell(first);
      if (i % 10 === 5) stage.tell(second);
      if (i % 50 === 0) stage.beat({ allocations: 3_000 + i });
    }
    stage.tell(first);
    stage.tell(second);
    expect(said(stage.entries)).toEqual(Array(200).fill('same'));
  });

  it('gives refusals again, between the decisions', () => {
    const stage = new Stage();
    const router = stage.router('r1');
    for (const require of [['us-east-1'], ['ap-southeast-1'], ['eu-central-1'], ['ap-southeast-1']]) {
      router.decide(stage.pass(10).at, { require });
    }
    stage.tell(router);
    expect(replay(stage.entries).map(({ id }) => id)).toEqual([
      'r1-boot-0',
      'refused',
      'r1-boot-1',
      'refused',
    ]);
    expect(said(stage.entries)).toEqual(Array(4).fill('same'));
  });

  it('says of a decision whose ground was changed what was recorded, what comes out, and in which field', () => {
    const stage = new Stage();
    const router = stage.router('r1');
    stage.tell(router);
    stage.pass(1).beat();
    router.decide(stage.at, { require: ['eu-central-1'] });
    stage.tell(router);
    const last = stage.entries.findLast(({ event }) => event.kind === 'heartbeat');
    const entries = stage.entries.filter((entry) => entry !== last);
    const [{ verdict } = { verdict: undefined }] = replay(entries);
    expect(verdict).toMatchObject({ kind: 'differs', field: 'view' });

    for (const { event } of stage.entries) {
      if (event.kind === 'heartbeat') event.heartbeat.load.allocations = 5_000;
    }
    expect(replay(stage.entries)[0]?.verdict).toEqual({
      kind: 'differs',
      field: 'outcome',
      recorded: 'placed in eu-central-1',
      derived: 'refused: no-capacity',
    });
  });

  it('follows a router that is cut off, and reads later what it missed', () => {
    const stage = new Stage();
    const router = stage.router('r1');
    stage.tell(router);
    router.setLink('down', stage.at);
    router.isReading = false;
    const missed = stage.entries.length;
    for (let i = 0; i < 40; i++) {
      stage.pass(1_000);
      stage.beat({ allocations: 4_000 + i });
      router.decide(stage.at);
    }
    router.setLink('up', stage.at);
    router.isReading = true;
    for (const entry of stage.entries.slice(missed)) router.read(entry);
    router.decide(stage.pass(5).at);
    stage.tell(router);
    expect(said(stage.entries)).toEqual(Array(41).fill('same'));
  });

  it('follows it even when all that it missed is not held any more', () => {
    const stage = new Stage();
    const [router, other] = [stage.router('r1'), stage.router('r2')];
    stage.tell(router);
    router.setLink('down', stage.at);
    router.isReading = false;
    const missed = stage.entries.length;
    router.decide(stage.pass(5).at);
    while (stage.entries.length < missed + 60_000) {
      stage.pass(1_000);
      for (let i = 0; i < 10; i++) stage.beat();
      stage.tell(other);
    }
    router.decide(stage.at);
    router.setLink('up', stage.at);
    router.isReading = true;
    for (const entry of stage.entries.slice(missed)) router.read(entry);
    router.decide(stage.pass(5).at);
    stage.tell(router);
    expect(said(stage.entries)).toEqual(['same', 'same', 'same']);
  });

  it('says so of one that was told so late that the log before it is not held any more', () => {
    const stage = new Stage();
    const [router, other] = [stage.router('r1'), stage.router('r2')];
    stage.tell(router);
    for (let beats = 0; beats < 20_000; beats++) {
      stage.pass(100);
      stage.beat();
      if (beats === 7_000) router.decide(stage.at);
      if (beats % 20 === 0) stage.tell(other);
    }
    stage.tell(router);
    router.decide(stage.at);
    stage.tell(router);
    expect(said(stage.entries)).toEqual(['read-late', 'same']);
  });

  it('is in doubt until everything has been said again that the router knew', () => {
    const stage = new Stage();
    const router = stage.router('r1');
    const beginning = stage.entries.length;
    const decide = () => {
      router.decide(stage.pass(100).at);
      stage.tell(router);
    };
    decide();
    stage.write({ kind: 'policy', policy: aPolicy() });
    decide();
    stage.beat();
    decide();
    expect(said(stage.entries.slice(beginning))).toEqual([
      'before-first-state',
      'before-first-state',
      'same',
    ]);
  });

  it('is in doubt from a gap on, until what was missed does not count any more', () => {
    const stage = new Stage();
    const router = stage.router('r1');
    const decide = () => {
      router.decide(stage.pass(100).at);
      stage.tell(router);
    };
    decide();
    const at = stage.entries.length;
    stage.beat();
    decide();
    stage.beat();
    decide();
    stage.pass(6_000).beat();
    decide();
    const entries = [...stage.entries.slice(0, at), ...stage.entries.slice(at + 2)];
    expect(said(entries, { before: at })).toEqual(['same', 'gap', 'gap', 'same']);
  });

  it('is in doubt across a gap for as long as a router may count whose last batch is missing', () => {
    const stage = new Stage();
    const [router, other] = [stage.router('r1'), stage.router('r2')];
    const decide = (ms: number) => {
      stage.pass(ms).beat();
      router.decide(stage.at);
      stage.tell(router);
    };
    stage.tell(other);
    decide(100);
    stage.pass(2_000);
    const at = stage.entries.length;
    stage.tell(other);
    for (let i = 0; i < 7; i++) decide(1_000);
    const entries = stage.entries.filter((_, i) => i !== at);
    const [first, ...rest] = said(entries, { before: at });
    expect(first).toBe('same');
    expect(rest).toEqual([...Array<string>(5).fill('gap'), 'same', 'same']);
  });

  it('keeps what a router knew that was told of a gap and has not read on since', () => {
    const stage = new Stage();
    const router = stage.router('r1');
    router.decide(stage.pass(100).at);
    stage.tell(router);
    router.isReading = false;
    router.noteGap(stage.at);
    router.decide(stage.pass(100).at);
    stage.tell(router);
    stage.write({ kind: 'policy', policy: aPolicy({ revision: 'missed' }) });
    stage.beat();
    router.isReading = true;
    for (const entry of stage.entries.slice(-3)) router.read(entry);
    router.decide(stage.pass(100).at);
    stage.tell(router);
    expect(said(stage.entries)).toEqual(['same', 'same', 'gap']);
  });

  it.each([
    { what: 'has given its positions to others', writes: 4 },
    { what: 'has nothing else there yet', writes: 0 },
  ])('is in doubt where a server that was killed lost what a router had read, and $what', ({ writes }) => {
    const stage = new Stage(['us-east-1/a']);
    const router = stage.router('r1');
    const decide = () => router.decide(stage.pass(100).at);
    decide();
    stage.tell(router);
    const kept = stage.entries.length;
    stage.pass(100).beat();
    stage.pass(100).beat();
    decide();
    stage.entries.length = kept;
    router.isReading = false;
    stage.pass(1_000);
    for (let i = 0; i < writes; i++) stage.beat();
    router.noteGap(stage.at);
    stage.tell(router);
    expect(said(stage.entries)).toEqual(['same', 'gap']);
  });

  it('does not take a view that nothing was read for yet for the same as another', () => {
    const stage = new Stage();
    const late = new RecordingRouter('r2', 'late');
    const beginning = stage.entries.length;
    stage.tell(late);
    for (const entry of stage.entries) late.read(entry);
    late.decide(stage.pass(100).at);
    stage.tell(late);
    expect(said(stage.entries.slice(beginning))).toEqual(['before-first-state']);
  });

  it('is in doubt while decisions are missing whose load still counts', () => {
    const stage = new Stage();
    const router = stage.router('r1');
    const decide = (ms: number) => {
      router.decide(stage.pass(ms).at);
      return stage.entries.length;
    };
    decide(100);
    stage.tell(router);
    const lost = decide(100);
    stage.tell(router);
    decide(100);
    stage.tell(router);
    stage.pass(31_000).beat();
    decide(1);
    stage.tell(router);
    const entries = stage.entries.filter((_, i) => i !== lost);
    expect(said(entries)).toEqual(['same', 'lost-decisions', 'same']);
  });

  it('leaves alone what was decided by other rules, or recorded by the first version', () => {
    const stage = new Stage();
    const router = stage.router('r1');
    router.rule = 999;
    router.decide(stage.at);
    const issued = stage.tell(router);
    const { basis: _basis, ...first } = { ...issued, bootId: 'older' };
    stage.write({ kind: 'issued', issued: first });
    expect(said(stage.entries)).toEqual(['other-rule-version', 'first-version']);
  });

  it('leaves alone what rests on something that is not on the log', () => {
    const stage = new Stage();
    const router = stage.router('r1');
    router.decide(stage.at);
    const issued = router.tell(stage.at);
    if (issued.basis) issued.basis.isRestored = true;
    stage.write({ kind: 'issued', issued });
    router.decide(stage.pass(100).at);
    stage.tell(router);
    expect(said(stage.entries)).toEqual(['restored', 'same']);
  });

  it('passes over a batch that is there twice', () => {
    const stage = new Stage();
    const router = stage.router('r1');
    router.decide(stage.at);
    const issued = stage.tell(router);
    stage.write({ kind: 'issued', issued });
    expect(said(stage.entries)).toEqual(['same']);
  });

  it('begins anew with a new log, whose positions say nothing of those before', () => {
    const [before, after] = [new Stage(), new Stage()];
    const [old, young] = [before.router('r1', 'old'), after.router('r1', 'young')];
    old.decide(before.at);
    before.tell(old);
    young.decide(after.pass(60_000).at);
    after.beat();
    young.decide(after.at);
    after.tell(young);
    const entries = [...before.entries, ...after.entries];
    expect(said(entries, { before: before.entries.length, isNewLog: true })).toEqual([
      'same',
      'same',
      'same',
    ]);
  });

  it('explains the decisions that somebody wants explained, before they count', () => {
    const stage = new Stage();
    const router = stage.router('r1');
    for (let i = 0; i < 3; i++) router.decide(stage.pass(1).at);
    stage.tell(router);
    const told: string[] = [];
    let explanation: PlacementExplanation | undefined;
    const replay = new LogReplay(degrees, {
      onDecision: ({ id }) => void told.push(id),
      wantsExplanation: ({ id }) => id === 'r1-boot-1',
      onExplanation: ({ id }, explained) => {
        told.push(`why ${id}`);
        explanation = explained;
      },
    });
    for (const entry of stage.entries) replay.apply(entry);
    expect(told).toEqual(['r1-boot-0', 'why r1-boot-1', 'r1-boot-1', 'r1-boot-2']);
    expect(explanation).toMatchObject({
      home: 'us-east-1',
      feasible: 3,
      outcome: { region: 'us-east-1', reason: 'nearest' },
      regions: [
        { id: 'us-east-1', nodeCount: 2, feasible: 2 },
        { id: 'eu-central-1' },
        { id: 'ap-southeast-1' },
      ],
    });
    expect(explanation?.compared.reduce((sum, { reservations }) => sum + reservations, 0)).toBe(1);
    expect(T0).toBeLessThan(stage.at);
  });
});
