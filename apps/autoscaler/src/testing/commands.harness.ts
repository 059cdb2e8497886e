import type { Command } from '@spillway/contracts';

/** An operator's. */
export function aDrain(overrides: Partial<Command> = {}): Command {
  return {
    at: '2026-11-22T10:00:00.000Z',
    id: 'c-1',
    command: 'drain',
    instanceId: 'i-1',
    deadlineSeconds: 600,
    expiresAt: '2026-11-22T10:01:00.000Z',
    reason: 'kernel update',
    origin: 'operator',
    ...overrides,
  };
}
