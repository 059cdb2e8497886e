import { LocalNodeError } from '@spillway/local-nodes';
import { ProviderError } from '../provider-error.js';

const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'EAGAIN']);

export function explainProcessError(error: unknown, what: string): ProviderError {
  if (error instanceof ProviderError) return error;
  const failed = `${what} failed: ${error instanceof Error ? error.message : String(error)}`;
  if (error instanceof LocalNodeError) {
    return new ProviderError('misconfigured', failed, 'Do that on the machine of the autoscaler', error);
  }
  const { code = '' } = error as NodeJS.ErrnoException;
  if (DISK_FULL.has(code)) {
    return new ProviderError('no-room', failed, 'Make room: disk, processes or open files', error);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new ProviderError('not-permitted', failed, 'Let the autoscaler write to PROCESS_STATE_DIR', error);
  }
  return new ProviderError(
    'refused',
    failed,
    'Look at PROCESS_STATE_DIR and at the log of the autoscaler',
    error,
  );
}
