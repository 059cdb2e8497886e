import { MAX_LOAD_PER_CREDENTIAL, type LoadPerCredential, type PolicyDocument } from '@spillway/contracts';
import type { Issuance } from './arrivals.js';
import type { Parts } from './parts.js';

/** What is learned stays within these multiples of what the policy says of a credential, and what may be published. */
const MIN_OF_POLICY = 0.1;
const MAX_OF_POLICY = 10;

/** What is learned moves with this time constant, in seconds. */
const LEARNING_SECONDS = 300;
/** Fewer credentials, or a shorter part of a session, say nothing. */
const MIN_CREDENTIALS = 20;
const MIN_OF_SESSION = 0.2;

type Reservation = PolicyDocument['reservation'];

export interface CredentialObservation extends Issuance {
  /** What the region carries, reservations left out. */
  readonly measured: Parts;
  /** Of the region; 0 for a part that is not known. */
  readonly capacity: Parts;
}

export function policyLoadPerCredential({ bandwidthBps, allocations }: Reservation): LoadPerCredential {
  return { bandwidthBps, allocations };
}

/**
 * What one issued credential adds to its region's load, as observed: by Little's law load ÷ (arrivals a second ×
 * mean session). Most credentials are never used, so this is far below what a call needs.
 *
 * A part that is not known, and too few credentials, teach nothing.
 *
 * @param dtMs since the last step.
 */
export function learnLoadPerCredential(
  known: LoadPerCredential,
  { measured, capacity, credentials, counted, seconds }: CredentialObservation,
  reservation: Reservation,
  dtMs: number,
): LoadPerCredential {
  const isTooLittle = counted < MIN_CREDENTIALS || seconds < MIN_OF_SESSION * reservation.sessionSeconds;
  const weight = 1 - Math.exp(-Math.max(0, dtMs) / 1000 / LEARNING_SECONDS);
  const learn = (before: number, load: number, isPartKnown: boolean, part: keyof LoadPerCredential) => {
    const target = isTooLittle || !isPartKnown ? before : load / credentials;
    const learned = before + (target - before) * weight;
    return clamp(learned, reservation[part], MAX_LOAD_PER_CREDENTIAL[part]);
  };
  return {
    bandwidthBps: learn(known.bandwidthBps, measured.kbps * 1000, capacity.kbps > 0, 'bandwidthBps'),
    allocations: learn(known.allocations, measured.allocations, capacity.allocations > 0, 'allocations'),
  };
}

/** As it is published: to the next kbit/s and hundredth of an allocation upwards, since too little means overload. */
export function roundUp({ bandwidthBps, allocations }: LoadPerCredential): LoadPerCredential {
  return {
    bandwidthBps: Math.ceil(bandwidthBps / 1000) * 1000,
    allocations: Math.ceil(allocations * 100) / 100,
  };
}

/** How many credentials a load stands for; `null` when nothing tells. */
export function credentialsIn(load: Parts, { bandwidthBps, allocations }: LoadPerCredential): number | null {
  if (load.kbps > 0 && bandwidthBps > 0) return (load.kbps * 1000) / bandwidthBps;
  return allocations > 0 ? load.allocations / allocations : null;
}

function clamp(value: number, unit: number, most: number): number {
  return Math.min(most, MAX_OF_POLICY * unit, Math.max(MIN_OF_POLICY * unit, value));
}
