import { ConsoleLogger, type LoggerService, type LogLevel } from '@nestjs/common';
import { z } from 'zod';

/** From most to least. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LOG_LEVELS)[number];

const NEST_LEVELS: Record<Level, LogLevel[]> = {
  debug: ['verbose', 'debug'],
  info: ['log'],
  warn: ['warn'],
  error: ['error', 'fatal'],
};

/** The variable `LOG_LEVEL`. */
export const logLevel = () =>
  z
    .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
    .default('info')
    .describe('Least level logged');

/** What Nest tells of itself while it starts: a dozen lines that say nothing when all is well. */
const STARTUP_CONTEXTS: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'NestMicroservice',
]);

class ProcessLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (STARTUP_CONTEXTS.has(rest.at(-1))) super.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}

/** One JSON object a line, or coloured text for a person at a terminal. Nest's own start is logged as `debug`. */
export function createLogger(level: Level, isTerminal = process.stdout.isTTY): ConsoleLogger {
  const logLevels = LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)).flatMap((name) => NEST_LEVELS[name]);
  return new ProcessLogger({ logLevels, json: !isTerminal, prefix: 'spillway' });
}

/** Milliseconds after which everything may be logged again: a complaint of yesterday must not hide one of today. */
const REMEMBERED_MS = 10 * 60_000;

/** Logs once per key and ten minutes, for complaints whose number others decide (bad senders, failing sources). */
export class OncePerKey {
  private readonly seen = new Set<string>();
  private isFull = false;
  private since: number;

  /** @param limit keys remembered at most; after these one last line says that further ones are not logged. */
  constructor(
    private readonly logger: Pick<LoggerService, 'warn'>,
    private readonly subject: string,
    private readonly limit = 100,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.since = now();
  }

  warn(key: string, message: string): void {
    this.forgetOld();
    if (this.seen.has(key) || this.isFull) return;
    if (this.seen.size >= this.limit) {
      this.isFull = true;
      this.logger.warn(`${this.subject}: ${this.limit} different ones logged, further ones are only counted`);
      return;
    }
    this.seen.add(key);
    this.logger.warn(message);
  }

  /** Lets a key be logged again, for a fault that went away. */
  forget(key: string): void {
    this.seen.delete(key);
  }

  private forgetOld(): void {
    const now = this.now();
    if (now - this.since < REMEMBERED_MS) return;
    this.since = now;
    this.seen.clear();
    this.isFull = false;
  }
}
