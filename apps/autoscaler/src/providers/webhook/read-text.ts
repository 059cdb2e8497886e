import { ProviderError } from '../provider-error.js';
import { hostOf } from './explain.js';

/** Ten thousand instances have a tenth of it. */
const MOST_BYTES = 10 * 1024 ** 2;

/** @throws {ProviderError} when it does not end. */
export async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      throw new ProviderError(
        'refused',
        `${hostOf(response.url)} answers with more than 10 MiB`,
        'Look at the receiver',
      );
    }
  }
  return Buffer.concat(chunks).toString();
}
