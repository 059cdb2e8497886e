import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { startContainer } from './nats-container.js';
import { startProcess } from './nats-process.js';

export interface NatsServerOptions {
  /** A free one unless told. It stays the same over restarts. */
  readonly port?: number;
  /** Where JetStream keeps its store; a scratch folder unless told. */
  readonly storeDir?: string;
  readonly jetstream?: boolean;
  /** Further arguments of nats-server. */
  readonly args?: readonly string[];
}

/** SIGTERM ends a server at once; SIGUSR2 has it hand over what it leads, and let go of its clients first (lame duck). */
export type NatsSignal = 'SIGTERM' | 'SIGUSR2';

/** A server that runs until killed. */
export interface RunningServer {
  kill(): Promise<void>;
  /** Resolves once it is gone. */
  end(signal: NatsSignal): Promise<void>;
}

/** A real nats-server with JetStream, on loopback. */
export interface StartedNats {
  readonly url: string;
  readonly port: number;
  /** Where its store is now. */
  readonly storeFolder: string;
  /** As `kill -9`: without a word to anybody, what is in the store stays. */
  readonly kill: () => Promise<void>;
  /** In good order, as an upgrade does; what is in the store stays. In lame duck mode it takes some 12 s. */
  readonly end: (signal: NatsSignal) => Promise<void>;
  /** Again on the same port, with the same store, or with an empty one. */
  readonly restart: (options?: { wipeStore?: boolean }) => Promise<void>;
  /** Ends it and removes what it wrote. */
  readonly stop: () => Promise<void>;
}

/** In a container of `NATS_IMAGE` when that is set and Docker answers, else the program on this machine. */
export async function startNats(options: NatsServerOptions = {}): Promise<StartedNats> {
  const port = options.port ?? (await freePort());
  const scratch = options.storeDir ?? (await mkdtemp(join(tmpdir(), 'spillway-nats-')));
  let store = 0;
  const storeFolder = () => join(scratch, `store-${store}`);
  const start = async (): Promise<RunningServer> => {
    const jetstream = options.jetstream === false ? [] : ['--jetstream', '--store_dir', storeFolder()];
    const args = ['--addr', '127.0.0.1', '--port', `${port}`, ...jetstream, ...(options.args ?? [])];
    return run(args, scratch);
  };
  let running: RunningServer | undefined = await start();
  const kill = async () => {
    await running?.kill();
    running = undefined;
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    get storeFolder() {
      return storeFolder();
    },
    kill,
    end: async (signal) => {
      await running?.end(signal);
      running = undefined;
    },
    restart: async ({ wipeStore = false } = {}) => {
      await kill();
      if (wipeStore) store++;
      running = await start();
    },
    stop: async () => {
      await kill();
      if (!options.storeDir) await rm(scratch, { recursive: true, force: true });
    },
  };
}

async function run(args: string[], scratch: string): Promise<RunningServer> {
  const image = process.env['NATS_IMAGE'];
  const container = image ? await startContainer(image, args, scratch) : undefined;
  return container ?? startProcess(args);
}
