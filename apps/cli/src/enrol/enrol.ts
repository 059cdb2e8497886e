import { publicKeyOf, readCredentials, type JoinToken } from '@spillway/nats-access';
import type { EnrolGrant } from '@spillway/contracts';
import { BusOverdueError, BusUnreachableError, withBus } from '../with-bus.js';
import { askToEnrol, type EnrolQuestion } from './ask-to-enrol.js';
import { EnrolError } from './enrol-error.js';
import type { NodeFolder } from './node-folder.js';
import { addGranted, type SecretList } from './secret-list.js';

export interface EnrolOptions {
  readonly nats: string;
  /** Milliseconds to go on trying. */
  readonly waitMs: number;
  readonly onRetry: (error: EnrolError) => void;
}

export interface NewNode extends EnrolOptions {
  readonly token: JoinToken;
  /** Where the node believes to be. */
  readonly region?: string | undefined;
  readonly instanceId?: string | undefined;
}

/** Makes the folder that of a new node. @throws {EnrolError}, {BusUnreachableError} */
export async function enrol(folder: NodeFolder, node: NewNode): Promise<EnrolGrant> {
  const { token, region, instanceId } = node;
  if (token.expiresAt * 1000 <= Date.now())
    throw new EnrolError('expired', 'the join token is over: make a new one with spillway token create');
  const key = folder.pendingKey();
  const question = { pass: token, nodeKey: key.id, region, instanceId };
  const grant = await folder.withJoinCredentials(token.credentials, (file) => ask(question, file, node));
  folder.writeCredentials(grant, key.seed);
  folder.writeEnvironment(grant, instanceId);
  // Its relay is not there yet: it begins with this one.
  folder.writeEpoch(grant.epoch);
  folder.writeSecrets(addGranted(undefined, grant));
  folder.forgetPendingKey();
  return grant;
}

/** Gets the node what it needs next: credentials that last longer, and the secret of another epoch if there is one. */
export async function renew(folder: NodeFolder, options: EnrolOptions): Promise<SecretList> {
  const before = folder.readSecrets();
  const own = await readCredentials(folder.readCredentials());
  if (!own)
    throw new EnrolError('unreadable-folder', `${folder.credentialsFile} holds no credentials: enrol anew`);
  const grant = await ask({ pass: own, nodeKey: publicKeyOf(own.seed) }, folder.credentialsFile, options);
  folder.writeCredentials(grant, own.seed);
  const list = addGranted(before, grant);
  folder.writeSecrets(list);
  return list;
}

async function ask(
  question: EnrolQuestion,
  credentialsFile: string,
  { nats, waitMs, onRetry }: EnrolOptions,
): Promise<EnrolGrant> {
  let last: EnrolError | undefined;
  const remember = (error: EnrolError) => onRetry((last = error));
  const limits = { credentialsFile, connectMs: waitMs, workMs: waitMs };
  try {
    return await withBus(nats, (bus, signal) => askToEnrol(bus, question, signal, remember), limits);
  } catch (error) {
    if (error instanceof BusUnreachableError && error.isRefusal)
      throw new EnrolError('not-ours', notTaken(credentialsFile), { cause: error });
    throw error instanceof BusOverdueError && last ? last : error;
  }
}

const notTaken = (file: string) =>
  file.endsWith('join.creds')
    ? 'NATS does not take the join token: it was taken back, or is of another system'
    : `NATS does not take ${file}: it is over or was taken back. Remove the folder and enrol anew`;
