import type { OpenedLog } from '../log/with-log.js';
import { IncidentFold } from './incident/incident-fold.js';
import { reportIncident, type IncidentOrigin, type IncidentReport } from './incident/incident-report.js';
import { duration } from '../log/wording.js';
import { reportVerification, type VerificationReport } from './verify/describe-verification.js';
import { Verification } from './verify/verification.js';

export interface ReviewOptions {
  /** Of NATS or of the file, to be shown. */
  readonly source: string;
  /** Regions to report of; all unless told. */
  readonly regions?: readonly string[];
  /** Also derives every decision again. */
  readonly verifies: boolean;
  /** Whether anybody wants to see what happened. */
  readonly tells: boolean;
  /** @param position read up to here. */
  readonly onProgress: (position: number) => void;
}

export interface Review {
  readonly incident: IncidentReport;
  readonly verification: VerificationReport | undefined;
}

/** Reads a part of the log once, from its lead to its end. */
export async function review({ reading, asked }: OpenedLog, options: ReviewOptions): Promise<Review> {
  const fromMs = asked.fromMs ?? undefined;
  const fold = new IncidentFold(fromMs);
  const verification = options.verifies ? new Verification(fromMs) : undefined;
  for await (const batch of reading.batches()) {
    if (options.tells) fold.take(batch);
    verification?.take(batch);
    options.onProgress(batch.position);
  }
  fold.end();
  const origin = originOf({ reading, asked }, options.source);
  return {
    incident: reportIncident(fold, origin, options.regions),
    verification: verification && reportVerification(verification),
  };
}

function originOf({ reading, asked }: OpenedLog, name: string): IncidentOrigin {
  const { fromMs, toMs, leadMs } = asked;
  const { beginsLate } = reading.info;
  const isTooLate = beginsLate !== null && fromMs !== null && beginsLate.atMs > fromMs;
  const leadLost = beginsLate !== null && fromMs !== null && !isTooLate && beginsLate.position > 1;
  const missing = leadLost ? leadMs - (fromMs - beginsLate.atMs) : 0;
  return {
    name,
    fromMs,
    toMs,
    beginsLateMs: isTooLate ? beginsLate.atMs : null,
    remarks: leadLost
      ? [
          `${duration(missing)} of the lead are gone: what was said then and holds on may be missing at the beginning.`,
        ]
      : [],
  };
}
