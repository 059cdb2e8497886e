/**
 * The command ends with this exit code, which is part of its answer, as with `diff`. A `cause` is told as every
 * other error is.
 */
export class ExitStatus extends Error {
  constructor(
    readonly exitCode: number,
    cause?: unknown,
  ) {
    super(`exit code ${exitCode}`, { cause });
    this.name = 'ExitStatus';
  }
}
