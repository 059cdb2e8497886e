import type { LoggerService } from '@nestjs/common';

export const silentLogger: LoggerService = {
  log: () => {},
  warn: () => {},
  error: () => {},
  debug: () => {},
};

/** Keeps what is logged, by level. */
export function recordingLogger(): LoggerService & { readonly lines: { level: string; text: string }[] } {
  const lines: { level: string; text: string }[] = [];
  const keep = (level: string) => (message: unknown) => void lines.push({ level, text: String(message) });
  return { lines, log: keep('log'), warn: keep('warn'), error: keep('error'), debug: keep('debug') };
}
