import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Clock ticks a second of `/proc/<pid>/stat`; 100 on every Linux that matters. */
const TICKS_PER_SECOND = 100;
const START_LIMIT_MS = 60_000;
const POLL_MS = 20;

/** A program whose use of the machine is read from `/proc`, proc(5). */
export class MeasuredProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** Milliseconds from its start until it was ready. */
    readonly readyAfterMs: number,
  ) {}

  /** @throws when `isReady` is not so in time; what it throws counts as not ready. */
  static async start(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    isReady: () => Promise<boolean>,
  ): Promise<MeasuredProcess> {
    const startedAt = performance.now();
    const child = spawn(command, args, { env: { PATH: process.env['PATH'], ...env }, stdio: 'ignore' });
    while (!(await isReady().catch(() => false))) {
      if (child.exitCode !== null || performance.now() - startedAt > START_LIMIT_MS) {
        child.kill('SIGKILL');
        throw new Error(`${command} ${args.join(' ')} does not get ready`);
      }
      await sleep(POLL_MS);
    }
    return new MeasuredProcess(child, performance.now() - startedAt);
  }

  /** Seconds of CPU it has used. */
  get cpuSeconds(): number {
    // The second field is the name in brackets, which may hold anything.
    const fields = this.read('stat')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** Mebibytes of memory it holds. */
  get residentMiB(): number {
    return Number(/^VmRSS:\s+(\d+)/m.exec(this.read('status'))?.[1]) / 1024;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }

  private read(file: string): string {
    return readFileSync(`/proc/${this.child.pid}/${file}`, 'utf8');
  }
}

/** The share of a core that each used while time passed, 0–1 and above. */
export async function cpuOver(ms: number, processes: readonly MeasuredProcess[]): Promise<number[]> {
  const before = processes.map(({ cpuSeconds }) => cpuSeconds);
  const startedAt = performance.now();
  await sleep(ms);
  const seconds = (performance.now() - startedAt) / 1000;
  return processes.map(({ cpuSeconds }, i) => (cpuSeconds - (before[i] ?? 0)) / seconds);
}
