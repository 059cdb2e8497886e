import { setTimeout as sleep } from 'node:timers/promises';
import { enrolAnswerSchema, enrolGrantSchema, QUERY_ENROL, type EnrolGrant } from '@spillway/contracts';
import { RequestError, type Bus } from '@spillway/messaging';
import { newSealKey, signText } from '@spillway/nats-access';
import { EnrolError } from './enrol-error.js';

export interface EnrolQuestion {
  /** A join token, or the node's own credentials, and the seed of the key it is made out to. */
  readonly pass: { readonly jwt: string; readonly seed: string };
  /** Public half of the node's own key. */
  readonly nodeKey: string;
  readonly region?: string | undefined;
  readonly instanceId?: string | undefined;
}

const ANSWER_MS = 5_000;
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 10_000;

/**
 * Asks until an enroller has decided.
 * @throws {EnrolError} with what it said; the reason of `signal` when that aborts first.
 */
export async function askToEnrol(
  bus: Bus,
  question: EnrolQuestion,
  signal: AbortSignal,
  onRetry: (error: EnrolError) => void = () => undefined,
): Promise<EnrolGrant> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS)) {
    try {
      return await askOnce(bus, question);
    } catch (error) {
      if (!(error instanceof EnrolError) || !isPassing(error)) throw error;
      onRetry(error);
      // A whole group boots at once: it must not ask at once again.
      await sleep(pauseMs * (1 + Math.random()), undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

const isPassing = ({ code }: EnrolError) =>
  code === 'busy' || code === 'unavailable' || code === 'no-enroller';

async function askOnce(bus: Bus, { pass, ...question }: EnrolQuestion): Promise<EnrolGrant> {
  const seal = newSealKey();
  const ask = JSON.stringify({ ...question, sealTo: seal.id });
  const payload = { pass: pass.jwt, ask, signature: signText(ask, pass.seed) };
  const answer = enrolAnswerSchema.safeParse(await request(bus, payload));
  if (!answer.success) throw unreadable();
  if ('code' in answer.data) throw new EnrolError(answer.data.code, answer.data.detail);
  const grant = enrolGrantSchema.safeParse(parse(seal.open(answer.data)));
  if (!grant.success) throw unreadable();
  return grant.data;
}

async function request(bus: Bus, payload: object): Promise<unknown> {
  try {
    const { data } = await bus.request(QUERY_ENROL, { payload }, ANSWER_MS);
    return parse(new TextDecoder().decode(data));
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause;
    throw new EnrolError('no-enroller', 'no enroller answers: is one running, and connected to NATS?', {
      cause,
    });
  }
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unreadable = () =>
  new EnrolError(
    'unreadable-answer',
    'the answer cannot be read: do node and enroller have the same version?',
  );
