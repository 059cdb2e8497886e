import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A server of `servers/` in a process of its own. */
export class ForkedServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** @param script its name in `servers/`. */
  static async start(script: string, args: readonly string[] = []): Promise<ForkedServer> {
    const path = fileURLToPath(new URL(`../servers/${script}.js`, import.meta.url));
    const child = fork(path, [...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const [port] = (await Promise.race([once(child, 'message'), failed(child, script)])) as [number];
    return new ForkedServer(child, port);
  }

  /** What it has to tell when asked: microseconds of CPU, unless it is another thing. */
  async told(): Promise<number> {
    this.child.send('tell');
    const [figure] = (await once(this.child, 'message')) as [number];
    return figure;
  }

  cpuMicros(): Promise<number> {
    return this.told();
  }

  async stop(): Promise<void> {
    this.child.kill();
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }
}

async function failed(child: ChildProcess, script: string): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`the server ${script} ended with ${code} before it listened`);
}
