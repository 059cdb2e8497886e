import { syntheticLoadSchema, syntheticLoadSubject, type SyntheticLoadAnswer } from '@spillway/contracts';
import type { BusMessage } from '@spillway/messaging';
import { defineSampler, type Sample, type Sampler, type SamplerSurroundings } from './sampler.js';

/** Load that nobody carries, for demonstrations: `spillway load` says how much. */
export const synthetic = defineSampler({
  variables: {},
  needs: [],
  create: (_, surroundings) => new SyntheticSampler(surroundings),
});

interface Imposed {
  readonly load: Sample;
  /** In monotonic milliseconds. */
  readonly until: number;
}

/** Takes requests of its node on a subject outside the log; what they ask for is gone unless it is repeated. */
export class SyntheticSampler implements Sampler {
  readonly name = 'synthetic';
  readonly asks = 'machine';
  readonly isSynthetic = true;
  private imposed: Imposed | undefined;
  private readonly responder: Promise<{ stop(): Promise<void> }>;

  constructor(private readonly surroundings: SamplerSurroundings) {
    const { bus, node, logger } = surroundings;
    const subject = syntheticLoadSubject(node.region, node.nodeId);
    logger.warn(
      `The sampler synthetic is on: whoever may publish to ${subject} decides on the load of this node`,
    );
    this.responder = bus.respond(subject, 'reporter', async (request) => ({ payload: this.take(request) }));
  }

  async sample(): Promise<Sample> {
    if (!this.imposed) return {};
    if (performance.now() < this.imposed.until) return this.imposed.load;
    this.imposed = undefined;
    this.surroundings.logger.warn('Synthetic load is over');
    return {};
  }

  close(): void {
    void this.responder.then(
      (responder) => responder.stop(),
      () => undefined,
    );
  }

  private take(request: BusMessage): SyntheticLoadAnswer {
    const parsed = syntheticLoadSchema.safeParse(parseJson(request.data));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return {
        accepted: false,
        reason: `${issue?.path.join('.') || 'the request'}: ${issue?.message}`.slice(0, 256),
      };
    }
    const { bandwidthBps, allocations, forSeconds } = parsed.data;
    if (!this.imposed && forSeconds > 0) {
      this.surroundings.logger.warn('Synthetic load is added from now on to what is measured');
    }
    const load = { egressBps: bandwidthBps, ingressBps: bandwidthBps, allocations };
    this.imposed = { load, until: performance.now() + forSeconds * 1000 };
    return { accepted: true };
  }
}

function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}
