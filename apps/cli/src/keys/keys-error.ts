/** Something about keys that an operator can put right; the message says how. */
export class KeysError extends Error {
  constructor(
    readonly code:
      | 'keys-exist'
      | 'no-keys'
      | 'unreadable-keys'
      | 'unwritable-keys'
      | 'file-exists'
      | 'unknown-key'
      | 'push-refused',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'KeysError';
  }
}
