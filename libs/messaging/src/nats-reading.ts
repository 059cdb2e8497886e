import { LOG_STREAM, LOG_SUBJECTS } from '@spillway/contracts';
import { LogReadError } from './errors.js';
import { checkWindow, locateWindow } from './locate-window.js';
import { LogPull, positionAt } from './log-pull.js';
import type { BusReading, LogBatch, LogWindow, LogWindowInfo, MessageBatch } from './log-reading.js';
import type { NatsLink, NatsSession } from './nats-link.js';
import { parseBatches } from './parse-batches.js';
import { planReading, type PresentLog } from './reading.js';
import { isStreamAbsent, ReadingScope } from './reading-scope.js';
import { WindowView } from './window-view.js';

/** Finds a window on the log of a NATS server. */
export async function openReading(
  link: NatsLink,
  window: LogWindow,
  signal?: AbortSignal,
): Promise<BusReading> {
  checkWindow(window);
  const scope = new ReadingScope(link, signal);
  try {
    for (;;) {
      try {
        const session = await link.up(scope.stop);
        const info = await link.whileUp(locate(session, window), scope.stop);
        return new NatsReading(link, info, window.filter ?? LOG_SUBJECTS, signal);
      } catch (error) {
        await scope.waitAfter(isStreamAbsent(error) ? new LogReadError('no-log', error) : error);
      }
    }
  } finally {
    scope.release();
  }
}

async function locate(session: NatsSession, window: LogWindow): Promise<LogWindowInfo> {
  const { created, state } = await session.manager.streams.info(LOG_STREAM);
  return locateWindow(window, {
    created,
    firstPosition: state.first_seq,
    lastPosition: state.last_seq,
    firstAt: Date.parse(state.messages > 0 ? state.first_ts : state.last_ts),
    positionAt: (ms) => positionAt(session, ms),
  });
}

/** Reads a window; whatever goes wrong, it looks at the stream and goes on where it was, as `LogFollower` does. */
class NatsReading implements BusReading {
  private readonly view: WindowView;

  constructor(
    private readonly link: NatsLink,
    readonly info: LogWindowInfo,
    private readonly filter: string,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.view = new WindowView(info, filter === LOG_SUBJECTS);
  }

  batches(): AsyncGenerator<LogBatch> {
    return parseBatches(this.messages());
  }

  async *messages(): AsyncGenerator<MessageBatch> {
    const scope = new ReadingScope(this.link, this.signal);
    try {
      while (!this.view.isComplete) {
        try {
          for await (const batches of this.readOn(scope.stop)) {
            scope.recover();
            yield* batches;
          }
        } catch (error) {
          await scope.waitAfter(error);
        }
      }
    } finally {
      scope.release();
    }
  }

  /** Ends when the window is complete. @throws {Error} when something came in between. */
  private async *readOn(stop: AbortSignal): AsyncGenerator<MessageBatch[]> {
    const { link, view, filter } = this;
    const session = await link.up(stop);
    yield await link.whileUp(this.leaveOutWhatIsGone(session), stop);
    if (view.isComplete) return;
    const opening = LogPull.open(session, view.position + 1, filter);
    try {
      const pull = await link.whileUp(opening, stop);
      for (let isDrained = false; !isDrained && !view.isComplete;) {
        const pulled = await link.whileUp(pull.next(), stop);
        yield view.take(pulled.messages);
        ({ isDrained } = pulled);
      }
    } finally {
      // Also one that comes when nobody waits for it any more.
      opening.then(
        (pull) => pull.close(),
        () => undefined,
      );
    }
    if (!view.isComplete) yield await link.whileUp(this.leaveOutTheRest(session), stop);
  }

  private async leaveOutWhatIsGone(session: NatsSession): Promise<MessageBatch[]> {
    const plan = planReading(
      { created: this.info.created, frontier: this.view.position },
      await presentLog(session),
    );
    if (plan.how === 'resume' || !plan.gap) return [];
    return this.view.leaveOut(plan.gap.to ?? this.info.lastPosition, plan.gap.cause);
  }

  /** The server has no more, although the window goes on: unless it lags behind, the rest is gone. */
  private async leaveOutTheRest(session: NatsSession): Promise<MessageBatch[]> {
    const { lastPosition } = this.info;
    const present = await presentLog(session);
    const last = this.filter === LOG_SUBJECTS ? { seq: lastPosition } : { last_by_subj: this.filter };
    const found = await session.manager.streams.getMessage(LOG_STREAM, last);
    if (found && found.seq > this.view.position && found.seq <= lastPosition) {
      throw new Error('the server that was read from lags behind');
    }
    return this.view.leaveOut(lastPosition, present.lastPosition < lastPosition ? 'new-stream' : 'retention');
  }
}

/** A stream that is not there any more is as good as another, empty one. */
async function presentLog({ manager }: NatsSession): Promise<PresentLog> {
  try {
    const { created, state } = await manager.streams.info(LOG_STREAM);
    return { created, firstPosition: state.first_seq, lastPosition: state.last_seq };
  } catch (error) {
    if (isStreamAbsent(error)) return { created: '', firstPosition: 1, lastPosition: 0 };
    throw error;
  }
}
