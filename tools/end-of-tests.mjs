const GRACE_MS = 20_000;

/** Jest waits forever for what a test left open; a run that ended says what that is, and fails. */
export default function endOfTests() {
  setTimeout(() => {
    console.error(
      `The tests are over, and something is still open: ${process.getActiveResourcesInfo().join(', ')}`,
    );
    process.exit(1);
  }, GRACE_MS).unref();
}
