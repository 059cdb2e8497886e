/** Nodes cannot be run on this machine as it is; the message says why and what to do. */
export class LocalNodeError extends Error {
  constructor(
    readonly code: 'program-missing' | 'no-version' | 'unsafe-exporter',
    message: string,
  ) {
    super(message);
    this.name = 'LocalNodeError';
  }
}
