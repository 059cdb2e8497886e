import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Meter } from './host.js';
import type { Load } from './sampler.js';

/** Time spent working and time passed, in the same unit, since some moment that `origin` stands for. */
interface CpuTimes {
  readonly busy: number;
  readonly total: number;
  /** Times of different origins cannot be compared: another process has another one. */
  readonly origin: string;
}

/** Clock ticks per second in /proc; the same on every Linux that Node runs on (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS_PER_SECOND = 100;

/** CPU in use since the last reading, 0 to 1 of all cores: of the machine, or of the process in a pid file. */
export class CpuMeter implements Meter {
  private last: CpuTimes | undefined;

  constructor(
    private readonly pidFile: string | undefined,
    private readonly procRoot = '/proc',
    private readonly now = () => performance.now(),
  ) {}

  async read(): Promise<Partial<Load>> {
    const before = this.last;
    this.last = undefined;
    const times = this.pidFile === undefined ? await this.ofMachine() : await this.ofProcess(this.pidFile);
    this.last = times;
    return { cpu: before ? cpuShare(before, times) : null };
  }

  private async ofMachine(): Promise<CpuTimes> {
    const text = await readFile(join(this.procRoot, 'stat'), 'utf8');
    return { ...parseMachineTimes(text), origin: 'machine' };
  }

  private async ofProcess(pidFile: string): Promise<CpuTimes> {
    const pid = (await readFile(pidFile, 'utf8')).trim();
    if (!/^\d+$/.test(pid)) throw new Error(`${pidFile} holds no process id`);
    const text = await readFile(join(this.procRoot, pid, 'stat'), 'utf8').catch((error: unknown) => {
      throw new Error(`the process of ${pidFile} does not run`, { cause: error });
    });
    const { ticks, startedAt } = parseProcessTimes(text);
    const total = (this.now() / 1000) * TICKS_PER_SECOND * availableParallelism();
    return { busy: ticks, total, origin: `${pid} ${startedAt}` };
  }
}

/** @returns 0 to 1, or `null` when the readings have no common origin, no time between them, or run backwards. */
export function cpuShare(before: CpuTimes, after: CpuTimes): number | null {
  const busy = after.busy - before.busy;
  const total = after.total - before.total;
  if (after.origin !== before.origin || total <= 0 || busy < 0) return null;
  // Ticks are counted in whole numbers: that can put a busy machine a little above 1, and makes more digits noise.
  return Math.min(1, Math.round((busy / total) * 1000) / 1000);
}

/** The first line of /proc/stat, proc(5): user nice system idle iowait irq softirq steal, then guest times. */
export function parseMachineTimes(text: string): { busy: number; total: number } {
  const line = /^cpu\s+(.+)$/m.exec(text)?.[1] ?? '';
  // Guest time is part of user time already.
  const times = line.split(/\s+/).slice(0, 8).map(Number);
  const [, , , idle = Number.NaN, iowait = 0] = times;
  const total = times.reduce((sum, time) => sum + time, 0);
  const busy = total - idle - iowait;
  if (!Number.isFinite(busy)) throw new Error('/proc/stat has no line of CPU times');
  return { busy, total };
}

/** /proc/<pid>/stat, proc(5): the command's name stands in parentheses and may hold anything. */
export function parseProcessTimes(text: string): { ticks: number; startedAt: number } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [userTicks, systemTicks, startedAt] = [11, 12, 19].map((index) => Number(fields[index]));
  const ticks = (userTicks ?? Number.NaN) + (systemTicks ?? Number.NaN);
  if (!Number.isFinite(ticks) || startedAt === undefined) throw new Error('/proc/<pid>/stat cannot be read');
  return { ticks, startedAt };
}
