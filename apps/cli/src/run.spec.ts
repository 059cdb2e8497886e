import { describe, expect, it } from '@jest/globals';
import { spillway } from './testing/spillway.js';

describe('spillway', () => {
  it('lists its commands', async () => {
    const { exitCode, out } = await spillway('--help');
    expect(exitCode).toBe(0);
    for (const name of ['ice', 'fleet', 'render', 'policy'])
      expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it('says its version', async () => {
    expect(await spillway('--version')).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it.each([
    [['fly'], "spillway: unknown command 'fly' (see: spillway --help)\n"],
    [['polcy'], "spillway: unknown command 'polcy' (Did you mean policy?) (see: spillway --help)\n"],
    [['--fast'], "spillway: unknown option '--fast' (see: spillway --help)\n"],
    [['policy', 'apply'], "spillway: missing required argument 'file' (see: spillway policy apply --help)\n"],
    [
      ['policy', 'show', '--jsn'],
      "spillway: unknown option '--jsn' (Did you mean --json?) (see: spillway policy show --help)\n",
    ],
  ])('answers %j with one line and exit code 2', async (args, err) => {
    expect(await spillway(...args)).toEqual({ exitCode: 2, out: '', err });
  });

  it('answers a failure with its message and exit code 1', async () => {
    expect(await spillway('policy', 'check', '/nowhere.yaml')).toEqual({
      exitCode: 1,
      out: '',
      err: expect.stringMatching(/^spillway: \/nowhere\.yaml is no policy:\n.*ENOENT.*\n$/),
    });
  });
});
