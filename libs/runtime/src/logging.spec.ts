import { describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { createLogger, LOG_LEVELS, OncePerKey } from './logging.js';

function createRecorder() {
  const lines: string[] = [];
  return { lines, warn: (line: string) => void lines.push(line) };
}

describe('createLogger', () => {
  it.each([
    ['debug', ['debug', 'log', 'warn', 'error']],
    ['info', ['log', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
  ] as const)('at level %s logs %j', (level, expected) => {
    const logger = createLogger(level);
    expect(
      (['debug', 'log', 'warn', 'error'] as const).filter((name) => logger.isLevelEnabled(name)),
    ).toEqual(expected);
  });

  it('logs what is fatal at every level', () => {
    expect(LOG_LEVELS.every((level) => createLogger(level).isLevelEnabled('fatal'))).toBe(true);
  });
});

describe('the lines of a logger', () => {
  function linesOf(speak: () => void): string[] {
    const lines: string[] = [];
    const write = jest
      .spyOn(process.stdout, 'write')
      .mockImplementation((line) => lines.push(String(line)) > 0);
    speak();
    write.mockRestore();
    return lines;
  }

  it('are JSON objects when nobody sits at a terminal', () => {
    const [line = ''] = linesOf(() => createLogger('info', false).log('hello', 'Probe'));
    expect(JSON.parse(line)).toMatchObject({ level: 'log', message: 'hello', context: 'Probe' });
  });

  it('tell of Nest’s own start only at level debug', () => {
    const start = (level: 'info' | 'debug') => () =>
      createLogger(level, false).log('started', 'InstanceLoader');
    expect(linesOf(start('info'))).toEqual([]);
    expect(linesOf(start('debug'))).toHaveLength(1);
  });
});

describe('OncePerKey', () => {
  it('logs the first complaint of a key and keeps quiet about the next', () => {
    const recorder = createRecorder();
    const once = new OncePerKey(recorder, 'Bad senders');
    once.warn('a', 'a is bad');
    once.warn('a', 'a is still bad');
    once.warn('b', 'b is bad');
    expect(recorder.lines).toEqual(['a is bad', 'b is bad']);
  });

  it('logs a key again after it was forgotten', () => {
    const recorder = createRecorder();
    const once = new OncePerKey(recorder, 'Links');
    once.warn('a', 'down');
    once.forget('a');
    once.warn('a', 'down again');
    expect(recorder.lines).toEqual(['down', 'down again']);
  });

  it('never logs more lines than its limit and one that says so', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 5 }), (keys, limit) => {
        const recorder = createRecorder();
        const once = new OncePerKey(recorder, 'Bad senders', limit);
        for (const key of keys) once.warn(key, key);
        const distinct = new Set(keys).size;
        expect(recorder.lines).toHaveLength(Math.min(distinct, limit + 1));
        if (distinct > limit) expect(recorder.lines.at(-1)).toContain('further ones are only counted');
      }),
    );
  });
});
