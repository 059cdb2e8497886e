import {
  beatBetween,
  parsePayload,
  writtenPayload,
  type Heartbeat,
  type RejectionReason,
} from '@spillway/contracts';
import type { MessageBatch, StoredMessage, WindowGap } from '@spillway/messaging';
import { leaveOut } from './leave-out.js';
import type { ArchiveLine, ArchiveEnd } from './lines.js';

/** After so many heartbeats of a node that rest on the one before, one is whole: what a damaged line takes along. */
const WHOLE_EVERY = 50;

/** The last heartbeat of a node that was written. */
interface Told {
  readonly position: number;
  readonly heartbeat: Heartbeat;
  /** Since one was whole. */
  readonly age: number;
}

/** Turns messages of the log into lines. */
export class LineEncoder {
  private readonly lastTold = new Map<string, Told>();
  private readonly count = { lines: 0, entries: 0, rejected: 0, gaps: 0, leftOut: 0 };

  get counts(): Readonly<Omit<ArchiveEnd, 'crc32'>> {
    return { ...this.count };
  }

  encode({ gap, messages }: MessageBatch): string {
    const lines = gap ? [this.gap(gap), ...messages.map(this.message)] : messages.map(this.message);
    this.count.lines += lines.length;
    return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }

  private gap(gap: WindowGap): ArchiveLine {
    this.count.gaps++;
    return { gap };
  }

  private readonly message = (message: StoredMessage): ArchiveLine => {
    const { position, at, subject, data } = message;
    const written = writtenPayload(subject, data);
    if (!written.ok) return this.reject(message, written.reason);
    if (written.kind === 'heartbeat') return this.heartbeat(message, written.payload);
    const { payload, count } = leaveOut(written);
    this.count.leftOut += count;
    if (count > 0 && !parsePayload(subject, structuredClone(payload)).ok) {
      return this.reject(message, 'invalid-payload');
    }
    this.count.entries++;
    return { position, at, subject, payload };
  };

  private reject({ position, at }: StoredMessage, rejected: RejectionReason): ArchiveLine {
    this.count.rejected++;
    return { position, at, rejected };
  }

  private heartbeat({ position, at, subject }: StoredMessage, heartbeat: Heartbeat): ArchiveLine {
    this.count.entries++;
    const told = this.lastTold.get(subject);
    const beat = told && told.age < WHOLE_EVERY ? beatBetween(told.heartbeat, heartbeat) : undefined;
    this.lastTold.set(subject, { position, heartbeat, age: told && beat ? told.age + 1 : 0 });
    if (!told || !beat) return { position, at, subject, payload: heartbeat };
    const { cpu, egressBps, ingressBps, allocations } = beat.load;
    return [position, at, told.position, beat.at, beat.seq, cpu, egressBps, ingressBps, allocations];
  }
}
