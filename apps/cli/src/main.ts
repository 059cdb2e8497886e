import { run } from './run.js';

// Not left to the event loop: a NATS server that takes a connection and says nothing would hold it open for good.
process.exit(await run(process.argv.slice(2)));
