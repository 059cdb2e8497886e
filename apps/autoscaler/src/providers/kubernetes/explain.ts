import { ProviderError } from '../provider-error.js';
import { sayingOf } from '../tell.js';

const ROLE =
  'get and update on deployments/scale or statefulsets/scale, and list and patch on pods, in its namespace';

export function explainKubernetesError(error: unknown, what: string): ProviderError {
  const { code, message = '', body } = error as Failure;
  // A number is an HTTP status; system errors have names.
  if (typeof code !== 'number') {
    const failed = `${what} failed: ${sayingOf(error)}`;
    return new ProviderError('unavailable', failed, 'Look at the way to the cluster', error);
  }
  const failed = `${what} failed: ${messageIn(body) ?? /Message: (.*)/.exec(message)?.[1] ?? `status ${code}`}`;
  if (code === 401 || code === 403) {
    return new ProviderError('not-permitted', failed, `Give the autoscaler a role with ${ROLE}`, error);
  }
  if (code === 404) {
    return new ProviderError(
      'group-not-found',
      failed,
      'Name an existing workload and namespace in the policy',
      error,
    );
  }
  if (code === 409) {
    return new ProviderError('conflict', failed, 'It is tried again with what it has become', error);
  }
  if (code === 429) {
    return new ProviderError(
      'throttled',
      failed,
      'It is tried again; look at the load of the API server',
      error,
    );
  }
  if (code >= 500)
    return new ProviderError('unavailable', failed, 'It is tried again; look at the API server', error);
  return new ProviderError(
    'refused',
    failed,
    'The cluster says why; correct the workload or the policy',
    error,
  );
}

interface Failure {
  readonly code?: number | string;
  readonly message?: string;
  /** A `Status` object, parsed or not. */
  readonly body?: unknown;
}

function messageIn(body: unknown): string | undefined {
  const status: unknown = typeof body === 'string' ? tryParse(body) : body;
  if (typeof status !== 'object' || status === null || !('message' in status)) return undefined;
  return typeof status.message === 'string' ? status.message : undefined;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
