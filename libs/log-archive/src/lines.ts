import type { RejectionReason } from '@spillway/contracts';
import type { WindowGap } from '@spillway/messaging';
import { z } from 'zod';

/** A message of the log. */
export interface MessageLine {
  readonly position: number;
  readonly at: number;
  readonly subject: string;
  readonly payload: unknown;
}

/**
 * A heartbeat that differs in nothing else from the one at the position `since`, of the same node. Nearly all lines are
 * of these: as a list they take half the text of an object with names, and half the time.
 */
export type BeatLine = readonly [
  position: number,
  at: number,
  since: number,
  told: string,
  seq: number,
  cpu: number | null,
  egressBps: number | null,
  ingressBps: number | null,
  allocations: number | null,
];

/** A message that no fold may see, or that was left out because of what is in it. Without its content. */
export interface RejectedLine {
  readonly position: number;
  readonly at: number;
  readonly rejected: RejectionReason;
}

export interface GapLine {
  readonly gap: WindowGap;
}

/** The last line. */
export const endSchema = z.object({
  end: z.object({
    /** Lines between header and end. */
    lines: z.int().min(0),
    entries: z.int().min(0),
    rejected: z.int().min(0),
    gaps: z.int().min(0),
    /** Texts that looked like a secret or an address and were replaced. */
    leftOut: z.int().min(0),
    /** Of everything before this line, uncompressed; hexadecimal. */
    crc32: z.string().regex(/^[0-9a-f]{8}$/),
  }),
});
export type ArchiveEnd = z.infer<typeof endSchema>['end'];

export type ArchiveLine = MessageLine | BeatLine | RejectedLine | GapLine;
