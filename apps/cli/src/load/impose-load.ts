import { syntheticLoadAnswerSchema, syntheticLoadSubject, type SyntheticLoad } from '@spillway/contracts';
import { RequestError, type Bus } from '@spillway/messaging';

/** What became of a request for synthetic load on one node. */
export type Imposed = { readonly isDone: true } | { readonly isDone: false; readonly reason: string };

const ANSWER_MS = 2_000;

/** Asks one reporter to add load to what it measures, or, with `forSeconds` 0, whether it would. */
export async function imposeLoad(
  bus: Bus,
  region: string,
  nodeId: string,
  load: SyntheticLoad,
): Promise<Imposed> {
  try {
    const subject = syntheticLoadSubject(region, nodeId);
    const { data } = await bus.request(subject, { payload: load }, ANSWER_MS);
    const answer = syntheticLoadAnswerSchema.parse(JSON.parse(new TextDecoder().decode(data)));
    return answer.accepted ? { isDone: true } : { isDone: false, reason: answer.reason };
  } catch (error) {
    if (error instanceof RequestError) return { isDone: false, reason: REASONS[error.code] ?? error.code };
    return { isDone: false, reason: 'it answers something else' };
  }
}

const REASONS: Partial<Record<RequestError['code'], string>> = {
  'no-responders': 'it takes no synthetic load',
  timeout: 'it does not answer',
  'link-down': 'NATS is away',
};
