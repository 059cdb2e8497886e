import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { nanos } from '@nats-io/transport-node';
import {
  DEFAULT_RETENTION,
  LOG_STREAM,
  LOG_SUBJECTS,
  STATE_BUCKET,
  type LogRetention,
} from '@spillway/contracts';
import { ProvisionError, type ProvisionErrorCode } from './errors.js';
import type { NatsSession } from './nats-link.js';

/** A message recorded again with the same id within this time is stored once. */
const DUPLICATE_WINDOW_MS = 120_000;

/** Error codes of the JetStream API (nats-server `server/errors.json`). */
const NAME_IN_USE = 10058;
const NO_PEERS = 10005;
const STORE_FAILED = 10049;

/** Creates what is absent; changes what is there only when `retention` is given. Safe to repeat, also by many at once. */
export async function provisionLog(session: NatsSession, retention?: LogRetention): Promise<void> {
  await provisionStream(session.manager, retention);
  await provisionBucket(session, retention);
}

async function provisionStream(manager: JetStreamManager, retention?: LogRetention): Promise<void> {
  const config = streamConfig(retention ?? DEFAULT_RETENTION);
  if (!(await streamExists(manager, LOG_STREAM))) {
    try {
      await manager.streams.add({ ...config, name: LOG_STREAM, storage: StorageType.File });
      return;
    } catch (error) {
      if (!hasCode(error, NAME_IN_USE)) throw error;
    }
  }
  if (retention) await manager.streams.update(LOG_STREAM, config);
}

function streamConfig(retention: LogRetention) {
  const maxAgeMs = retention.maxAgeSeconds * 1000;
  return {
    subjects: [LOG_SUBJECTS],
    discard: DiscardPolicy.Old,
    max_age: nanos(maxAgeMs),
    max_bytes: retention.maxBytes,
    max_msgs_per_subject: retention.maxMessagesPerSubject,
    num_replicas: retention.replicas,
    // The server refuses a window longer than the age.
    duplicate_window: nanos(maxAgeMs > 0 ? Math.min(DUPLICATE_WINDOW_MS, maxAgeMs) : DUPLICATE_WINDOW_MS),
    allow_direct: true,
  } satisfies Partial<StreamConfig>;
}

/** No TTL: what is in it must outlive the log. */
async function provisionBucket(session: NatsSession, retention?: LogRetention): Promise<void> {
  const replicas = (retention ?? DEFAULT_RETENTION).replicas;
  await new Kvm(session.streams).create(STATE_BUCKET, { replicas });
  if (retention)
    await session.manager.streams.update(`KV_${STATE_BUCKET}`, { num_replicas: replicas, max_age: 0 });
}

async function streamExists(manager: JetStreamManager, name: string): Promise<boolean> {
  try {
    await manager.streams.info(name);
    return true;
  } catch (error) {
    if (hasCode(error, JetStreamApiCodes.StreamNotFound)) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}

const REFUSALS: Record<number, [ProvisionErrorCode, string]> = {
  10047: ['not-enough-storage', 'Lower LOG_MAX_BYTES, or raise max_file_store of the NATS server'],
  10028: ['not-enough-storage', 'Raise the storage limit of the NATS account, or lower LOG_MAX_BYTES'],
  10065: [
    'subjects-taken',
    `Another stream captures ${LOG_SUBJECTS}: remove it or use an account of one's own`,
  ],
  [NO_PEERS]: ['not-enough-servers', 'Lower LOG_REPLICAS, or add servers to the NATS cluster'],
  10074: ['not-enough-servers', 'Set LOG_REPLICAS=1, or run NATS as a cluster'],
  [STORE_FAILED]: [
    'refused',
    'The log of the NATS server says why: is there room on its disk, may it write there?',
  ],
  10052: ['not-changeable', `Export what is needed, then remove and create ${LOG_STREAM} by hand`],
};

/**
 * A cluster that is still forming finds too few servers for the replicas, as does one that is too small for ever; or a
 * server of it has no store yet, as one has that cannot write (both seen on three servers of 2.9.10).
 */
export function mayBeForming(error: unknown): boolean {
  return hasCode(error, NO_PEERS) || hasCode(error, STORE_FAILED);
}

/** Says what an operator can do about a refusal; `undefined` for what trying again may cure. */
export function toProvisionError(error: unknown): ProvisionError | undefined {
  const name = error instanceof Error ? error.name : '';
  if (name === 'JetStreamNotEnabled') {
    const remedy = 'Start nats-server with -js (or a jetstream block) and enable it for the account';
    return new ProvisionError('no-jetstream', 'The NATS server offers no JetStream', remedy, error);
  }
  if (name === 'PermissionViolationError') {
    const remedy = 'Grant the account publish rights on $JS.API.>';
    return new ProvisionError('no-permission', 'NATS forbids to provision the log', remedy, error);
  }
  if (!(error instanceof JetStreamApiError) || error.status >= 503) return undefined;
  const [code, remedy] = REFUSALS[error.code] ?? ['refused', 'Compare the stream with what is asked for'];
  return new ProvisionError(code, `NATS refused to provision the log: ${error.message}`, remedy, error);
}
