/** The system cannot be started; the message says why and what to do, for whoever typed the command. */
export class StartError extends Error {
  readonly code = 'cannot-start';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}
