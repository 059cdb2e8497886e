import { ProviderError } from '../provider-error.js';
import { sayingOf } from '../tell.js';

export interface DockerFailure {
  /** Of the HTTP answer; there is none where none came. */
  readonly statusCode?: number;
  readonly code?: string;
  readonly json?: { readonly message?: string } | null;
}

export const statusOf = (error: unknown) => (error as DockerFailure).statusCode;

export function explainDockerError(error: unknown, what: string): ProviderError {
  const { statusCode, code, json } = error as DockerFailure;
  const said = json?.message ?? sayingOf(error);
  const failed = `${what} failed: ${said}`;
  if (code === 'EACCES' || statusCode === 403) {
    const remedy = 'Let the autoscaler use the Docker socket: add its user to the group docker';
    return new ProviderError('not-permitted', failed, remedy, error);
  }
  if (statusCode === undefined) {
    const remedy = 'Start dockerd, or set DOCKER_HOST to where it listens';
    return new ProviderError('unavailable', failed, remedy, error);
  }
  if (statusCode === 404 && /image/i.test(said)) {
    const remedy = 'Pull or build it on the machine of the Docker daemon, or correct image in the policy';
    return new ProviderError('misconfigured', failed, remedy, error);
  }
  if (statusCode === 404 && /network/i.test(said)) {
    const remedy = 'Create the network, or correct network in the policy';
    return new ProviderError('misconfigured', failed, remedy, error);
  }
  if (statusCode === 409) return new ProviderError('conflict', failed, 'It is tried again', error);
  if (statusCode === 429) return new ProviderError('throttled', failed, 'It is tried again', error);
  if (/no space left/i.test(said)) {
    return new ProviderError('no-room', failed, 'Make room on the disk of the Docker daemon', error);
  }
  if (statusCode >= 500) {
    return new ProviderError('unavailable', failed, 'It is tried again; look at the log of dockerd', error);
  }
  return new ProviderError('refused', failed, 'Correct the provider in the policy', error);
}
