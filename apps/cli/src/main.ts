import { run } from './run.js';

const outputs = [process.stdout, process.stderr];
let lost: Error | undefined;
for (const output of outputs) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads may go before we do, as `head` does; a disk that is full is another matter.
    if (error.code !== 'EPIPE') lost ??= error;
  });
}

const exitCode = await run(process.argv.slice(2));
// A pipe takes what it is given in its own time, and what it has not taken is lost when we go.
await Promise.all(outputs.map((output) => new Promise<void>((taken) => output.write('', () => taken()))));
if (lost) process.stderr.write(`spillway: not all of the output could be written: ${lost.message}\n`);
// Not left to the event loop: a NATS server that takes a connection and says nothing would hold it open for good.
process.exit(lost ? 1 : exitCode);
