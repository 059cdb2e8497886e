/**
 * Runs a process from its start. When that fails it says why and ends with status 1: errors that carry a `code`
 * are meant for an operator and need no stack, all others are faults of the program and keep theirs.
 */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? error.message : (error.stack ?? error.message);
}
