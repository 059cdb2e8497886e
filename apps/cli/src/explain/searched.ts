import type { SearchedLog } from '@spillway/explain';
import { Archive } from '@spillway/log-archive';
import { withBus } from '../with-bus.js';

/** Opens the log of NATS or of a file for one piece of work. @throws {ArchiveError}, and as `withBus`. */
export async function withSearchedLog<T>(
  { file, nats }: { readonly file?: string; readonly nats: string },
  work: (log: SearchedLog, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  if (file !== undefined) {
    const archive = await Archive.open(file);
    const open: SearchedLog['open'] = (window, ending) => Promise.resolve(archive.read(window, ending));
    return work({ isFile: true, open }, signal);
  }
  return withBus(
    nats,
    (bus, ending) => work({ isFile: false, open: (window, signal) => bus.readLog(window, signal) }, ending),
    { workMs: Infinity, signal },
  );
}
