import { describe, expect, it } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { runShutdown, shutDownOnSignal, type ShutdownStep } from './shutdown.js';

class StandInProcess extends EventEmitter {
  exit(code: number): void {
    this.emit('exit', code);
  }
}

function createRecorder() {
  const lines: string[] = [];
  return {
    lines,
    log: (line: string) => void lines.push(line),
    error: (line: string) => void lines.push(line),
  };
}

const never = () => new Promise<void>(() => undefined);
const step = (name: string, run: () => unknown, limitMs = 5000): ShutdownStep => ({ name, run, limitMs });

describe('runShutdown', () => {
  it('takes one step after the other in the order given', async () => {
    const taken: string[] = [];
    const slow = async () => {
      await new Promise(setImmediate);
      taken.push('first');
    };
    const isClean = await runShutdown(
      [step('a', slow), step('b', () => taken.push('second'))],
      createRecorder(),
    );
    expect(taken).toEqual(['first', 'second']);
    expect(isClean).toBe(true);
  });

  it('goes on after a step that fails or hangs, names it, and says that not all finished', async () => {
    const recorder = createRecorder();
    const taken: string[] = [];
    const steps = [
      step('flush', () => Promise.reject(new Error('no link'))),
      step('throw', () => {
        throw new Error('at once');
      }),
      step('hang', never, 5),
      step('close', () => taken.push('closed')),
    ];
    expect(await runShutdown(steps, recorder)).toBe(false);
    expect(taken).toEqual(['closed']);
    expect(
      recorder.lines.map((line) => line.replace(/\d+ ms:/, 'N ms:').replace(/\(\d+ ms\)/, '(N ms)')),
    ).toEqual([
      'Shutdown: flush failed after N ms: no link',
      'Shutdown: throw failed after N ms: at once',
      'Shutdown: hang failed after N ms: not done within 5 ms',
      'Shutdown: close (N ms)',
    ]);
  });
});

describe('shutDownOnSignal', () => {
  it.each(['SIGTERM', 'SIGINT'])('exits with 0 when every step has finished after %s', async (signal) => {
    const target = new StandInProcess();
    const taken: string[] = [];
    shutDownOnSignal([step('a', () => taken.push('a'))], createRecorder(), target);
    const exited = once(target, 'exit');
    target.emit(signal);
    expect(await exited).toEqual([0]);
    expect(taken).toEqual(['a']);
  });

  it('exits with 1 when a step did not finish', async () => {
    const target = new StandInProcess();
    shutDownOnSignal([step('hang', never, 5)], createRecorder(), target);
    const exited = once(target, 'exit');
    target.emit('SIGTERM');
    expect(await exited).toEqual([1]);
  });

  it('exits at once with the number of a second signal, whichever it is', async () => {
    const target = new StandInProcess();
    shutDownOnSignal([step('hang', never, 5)], createRecorder(), target);
    const exited = once(target, 'exit');
    target.emit('SIGTERM');
    target.emit('SIGINT');
    expect(await exited).toEqual([130]);
  });
});
