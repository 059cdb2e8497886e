import { execa } from 'execa';
import type { RunningServer } from './nats.js';

const READY = 'Server is ready';

/** The nats-server of this machine. It ends with this process at the latest. */
export async function startProcess(args: readonly string[]): Promise<RunningServer> {
  const path = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin`;
  const server = execa('nats-server', args, { env: { PATH: path }, reject: false, stdin: 'ignore' });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(READY)) resolve();
    });
    void server.then(() => reject(new Error(`nats-server ended before it was ready:\n${output}`)));
  });
  return {
    kill: async () => {
      server.kill('SIGKILL');
      await server;
    },
    end: async (signal) => {
      server.kill(signal);
      await server;
    },
  };
}
