import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ProviderPolicy } from '@spillway/contracts';
import type { Instance } from '@spillway/scaling';
import type { Group, Provider } from './provider.js';
import { ProviderError } from './provider-error.js';

/** A group without instances, and what a spec needs to know of it besides the port. */
export interface ProviderHarness {
  readonly settings: ProviderPolicy;
  /** Region of the group. */
  readonly region: string;
  /** Another provider of the same group, as of another autoscaler. */
  create(): Provider;
  /** Instances ever started, whoever did. */
  started(): Promise<number>;
  /** Returns once nothing is booting any more, and nothing is being ended. */
  settle(): Promise<void>;
  /** A group the provider does not have. */
  readonly unknown?: { readonly settings: ProviderPolicy; readonly region: string };
  /** Lets whomever the provider asks not answer any more. */
  silence?(): Promise<void>;
  stop(): Promise<void>;
}

/** `unknown`: a region can lack a group. `silence`: somebody else is asked, who may not answer. */
export type Trait = 'unknown' | 'silence';

const LIMIT_MS = 60_000;
const signal = () => AbortSignal.timeout(LIMIT_MS);
const idsOf = (instances: readonly Instance[]) => instances.map(({ instanceId }) => instanceId).toSorted();

/** What one spec works with, made anew for each. */
class Stage {
  readonly provider: Provider;
  readonly group: Group;

  constructor(readonly harness: ProviderHarness) {
    const { region, settings } = harness;
    this.provider = harness.create();
    this.group = { region, settings, fence: { generation: 1, revision: 1 } };
  }

  async all(): Promise<readonly Instance[]> {
    return (await this.provider.inventory(this.group, signal())).instances;
  }

  /** Ids of those that are not ending. */
  async present(): Promise<string[]> {
    return idsOf((await this.all()).filter(({ phase }) => phase !== 'ending'));
  }

  grow(desired: number, provider = this.provider): Promise<void> {
    return provider.grow(this.group, desired, signal());
  }

  /** All that are present once nothing boots any more. */
  async growAndSettle(desired: number): Promise<string[]> {
    await this.grow(desired);
    await this.harness.settle();
    return this.present();
  }

  end(instanceId: string, desired: number, provider = this.provider): Promise<void> {
    return provider.end(this.group, [instanceId], desired, signal());
  }
}

/** What every `Provider` must do; a new one is right when these specs pass. */
export function describeProvider(
  title: string,
  traits: readonly Trait[],
  startHarness: () => Promise<ProviderHarness>,
): void {
  jest.setTimeout(LIMIT_MS);
  describe(`${title} as a provider`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = new Stage(await startHarness());
    });
    afterEach(() => stage.harness.stop());
    describeGrowing(() => stage);
    describeEnding(() => stage);
    describeAborting(() => stage);
    if (traits.includes('silence')) describeSilence(() => stage);
    if (traits.includes('unknown')) describeUnknown(() => stage);
  });
}

function describeGrowing(stage: () => Stage): void {
  it('has an empty group to begin with', async () => {
    expect(await stage().all()).toEqual([]);
  });

  it('grows to the number that is desired, counts what boots, and lists it as running then', async () => {
    await stage().grow(2);
    expect(await stage().present()).toHaveLength(2);
    await stage().harness.settle();
    const running = await stage().all();
    expect(running.map(({ phase }) => phase)).toEqual(['running', 'running']);
    expect(new Set(idsOf(running)).size).toBe(2);
  });

  it('grows once when told the same twice, by whichever of two autoscalers', async () => {
    await stage().grow(2);
    await stage().grow(2);
    await stage().grow(2, stage().harness.create());
    expect(await stage().present()).toHaveLength(2);
    expect(await stage().harness.started()).toBe(2);
  });

  it('grows to exactly the number when two autoscalers do it at the same time', async () => {
    const both = [stage().provider, stage().harness.create()];
    await Promise.all(both.map((each) => untilDone(() => stage().grow(3, each))));
    expect(await stage().present()).toHaveLength(3);
    expect(await stage().harness.started()).toBe(3);
  });

  it('never ends anything by growing', async () => {
    await stage().grow(2);
    const before = await stage().present();
    await stage().grow(1);
    await stage().grow(0);
    expect(await stage().present()).toEqual(before);
  });
}

function describeEnding(stage: () => Stage): void {
  it('ends exactly the instances it is told to, and starts none in their place', async () => {
    const before = await stage().growAndSettle(3);
    const last = String(before.pop());
    await stage().end(last, 2);
    await stage().harness.settle();
    expect(await stage().present()).toEqual(before);
    expect(await stage().harness.started()).toBe(3);
  });

  it('ends once when told the same twice, and takes what is gone for ended', async () => {
    const [first, last] = await stage().growAndSettle(2);
    await stage().end(String(last), 1);
    await stage().end(String(last), 1);
    await stage().end(String(last), 1, stage().harness.create());
    await stage().harness.settle();
    expect(await stage().present()).toEqual([first]);
    expect(await stage().harness.started()).toBe(2);
  });

  it('never gives the id of an instance that is gone to a new one', async () => {
    const [old] = await stage().growAndSettle(1);
    await stage().end(String(old), 0);
    await stage().harness.settle();
    await stage().grow(1);
    const present = await stage().present();
    expect(present).toHaveLength(1);
    expect(present).not.toContain(old);
  });
}

function describeAborting(stage: () => Stage): void {
  it('does nothing when its signal is aborted already, and says that it may be tried again', async () => {
    const aborted = AbortSignal.abort(new Error('enough'));
    const { provider, group, harness } = stage();
    const expected = { code: 'aborted', isRetryable: true };
    await expect(provider.grow(group, 1, aborted)).rejects.toMatchObject(expected);
    await expect(provider.inventory(group, aborted)).rejects.toMatchObject(expected);
    expect(await harness.started()).toBe(0);
  });
}

function describeSilence(stage: () => Stage): void {
  it('gives up on somebody who does not answer when its signal is aborted', async () => {
    const { group, harness } = stage();
    await harness.silence?.();
    for (const call of callsOf(stage().provider, group, 200)) {
      await expect(call()).rejects.toMatchObject({ code: 'aborted', isRetryable: true });
    }
  });
}

function describeUnknown(stage: () => Stage): void {
  it('says what to do about a group that does not exist, which no repetition will mend', async () => {
    const { provider, group, harness } = stage();
    for (const call of callsOf(provider, { ...group, ...harness.unknown }, LIMIT_MS)) {
      const error = await call().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ProviderError);
      expect(error).toMatchObject({ code: 'group-not-found', isRetryable: false });
      expect((error as ProviderError).remedy).toMatch(/\w+ \w+/);
    }
  });
}

function callsOf(provider: Provider, group: Group, limitMs: number): (() => Promise<unknown>)[] {
  return [
    () => provider.inventory(group, AbortSignal.timeout(limitMs)),
    () => provider.grow(group, 1, AbortSignal.timeout(limitMs)),
    () => provider.end(group, ['x'], 0, AbortSignal.timeout(limitMs)),
  ];
}

/** As the autoscaler does with what may be tried again. */
async function untilDone(call: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ProviderError) || !error.isRetryable) throw error;
    }
  }
}
