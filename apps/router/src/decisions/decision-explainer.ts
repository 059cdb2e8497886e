import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { DecisionExplanation } from '@spillway/contracts';
import { explainDecision, findById, type NotFound, type SearchedLog } from '@spillway/explain';
import { estimateRttMs } from '@spillway/geo';
import { BUS, LogReadError, type Bus } from '@spillway/messaging';
import { ProblemError } from '../problem-error.js';
import { pacedLog } from './paced-log.js';

/** Explanations that wait for the one that is being made, at most. */
const MAX_WAITING = 4;
/** Milliseconds for one, its waiting too. */
const LIMIT_MS = 30_000;
/** Entries that are read at once, at most: about a minute of 5,000 nodes. */
const MAX_ENTRIES = 150_000;
const RETRY_SECONDS = 5;

/** Explains decisions of any router, from the log, one at a time. */
@Injectable()
export class DecisionExplainer implements OnModuleDestroy {
  private readonly log: SearchedLog;
  private readonly stopping = new AbortController();
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(@Inject(BUS) private readonly bus: Pick<Bus, 'link' | 'readLog'>) {
    this.log = pacedLog(bus);
  }

  /**
   * @param gone aborts when nobody waits for it any more.
   * @throws {ProblemError} `unknown-decision`, `decision-gone`, `explainer-busy` or `log-unavailable`.
   */
  async explain(id: string, gone?: AbortSignal): Promise<DecisionExplanation> {
    if (this.bus.link === 'down') throw unavailable('this router has no link to NATS: ask another router');
    if (this.waiting > MAX_WAITING) {
      const detail = `This router explains one decision at a time, and ${MAX_WAITING} wait: try again, ask another router, or use \`spillway explain\``;
      throw new ProblemError('explainer-busy', detail, undefined, RETRY_SECONDS);
    }
    const limit = AbortSignal.timeout(LIMIT_MS);
    const signal = AbortSignal.any([limit, this.stopping.signal, ...(gone ? [gone] : [])]);
    this.waiting++;
    const turn = this.last.then(() => this.explainNow(id, signal));
    this.last = turn.catch(() => undefined);
    try {
      return await turn;
    } catch (error) {
      if (error instanceof ProblemError || !(signal.aborted || error instanceof LogReadError)) throw error;
      const isLate = `it took more than ${LIMIT_MS / 1000} s; \`spillway explain\` takes its time`;
      throw unavailable(limit.aborted ? isLate : String(error));
    } finally {
      this.waiting--;
    }
  }

  onModuleDestroy(): void {
    this.stopping.abort(unavailable('this router is stopping: ask another router'));
  }

  private async explainNow(id: string, signal: AbortSignal): Promise<DecisionExplanation> {
    signal.throwIfAborted();
    const found = await findById(this.log, id, { signal });
    if (!found.decision) throw notFound(id, found.why, found.beginsAtMs);
    const options = { signal, estimateRtt: estimateRttMs, maxEntries: MAX_ENTRIES };
    return explainDecision(this.log, found.decision, options);
  }
}

function notFound(id: string, why: NotFound, beginsAtMs: number | null): ProblemError {
  const since = beginsAtMs === null ? '' : `, which goes back to ${new Date(beginsAtMs).toISOString()}`;
  switch (why) {
    case 'before-log':
      return new ProblemError(
        'decision-gone',
        `Decision ${id} was told before what there is of the log${since}: \`spillway explain --file\` explains it from an archive of that time`,
      );
    case 'not-told':
      return new ProblemError(
        'unknown-decision',
        `The router of decision ${id} is on the log and has told of no such decision: it was made within the last second, while the router was cut off from NATS, or never`,
      );
    case 'unknown-run':
      return new ProblemError(
        'unknown-decision',
        `Nothing on the log${since} is of the run that decision ${id} names: it is older, or of another fleet, or mistyped`,
      );
  }
}

function unavailable(detail: string): ProblemError {
  return new ProblemError('log-unavailable', `The log cannot be read: ${detail}`, undefined, RETRY_SECONDS);
}
