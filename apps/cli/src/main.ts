import { run } from './run.js';

const outputs = [process.stdout, process.stderr];
// Whoever reads may go before we do, as `head` does.
for (const output of outputs) output.on('error', () => {});

const exitCode = await run(process.argv.slice(2));
// A pipe takes what it is given in its own time, and what it has not taken is lost when we go.
await Promise.all(outputs.map((output) => new Promise<void>((taken) => output.write('', () => taken()))));
// Not left to the event loop: a NATS server that takes a connection and says nothing would hold it open for good.
process.exit(exitCode);
