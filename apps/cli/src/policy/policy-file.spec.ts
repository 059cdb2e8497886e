import { describe, expect, it } from '@jest/globals';
import { parsePolicy, PolicyFileError, readPolicyFile } from './policy-file.js';

describe('parsePolicy', () => {
  it('names every problem with its line, its path and what to do', () => {
    const text = [
      'revision: r1',
      'strategy: cheapest',
      'regions:',
      '  us-east-1: { latitude: 139, longitude: -77 }',
      '  eu.central: { latitude: 50, longitude: 8 }',
      'threshhold: 0.8',
      'ttlSeconds: { default: ten }',
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      'line 2: strategy: Invalid option: expected one of "priced"|"nearest"|"waterfall"|"fixed-map"',
      'line 4: regions.us-east-1.latitude: Too big: expected number to be <=90',
      expect.stringMatching(/^line 5: regions\.eu\.central: /),
      'line 1: defaultRegion: Invalid input: expected string, received undefined; add it',
      'line 7: ttlSeconds.default: Invalid input: expected number, received string',
      'line 1: the whole: Unrecognized key: "threshhold"; remove it or correct its spelling',
    ]);
  });

  it('tells a version from a number', () => {
    const text = [
      'revision: 7',
      'regions: { us-east-1: { latitude: 1, longitude: 2 } }',
      'defaultRegion: us-east-1',
      'versionFloor: { coturn: 4.10 }',
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      'line 1: revision: Invalid input: expected string, received number; put it in quotes',
      'line 4: versionFloor.coturn: Invalid input: expected string, received number; put it in quotes',
    ]);
  });

  it('names what is wrong with scaling and tenants, in lists too', () => {
    const text = [
      'revision: r1',
      'regions:',
      '  eu-west-3:',
      '    scaling:',
      '      provider: { kind: balloon }',
      '  eu-west-1:',
      '    scaling:',
      '      provider: { kind: process }',
      '      max: 0',
      '      schedule:',
      '        - { from: "8:30", to: "18:00", timeZone: Mars/Olympus, min: 3 }',
      'defaultRegion: eu-west-3',
      'tenants:',
      '  acme:',
      '    keys:',
      '      - { sha256: secret, scopes: [root] }',
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^line 5: regions\.eu-west-3\.scaling\.provider\.kind: /),
      expect.stringMatching(/^line 11: regions\.eu-west-1\.scaling\.schedule\.0\.from: .*08:30$/),
      expect.stringMatching(
        /^line 11: regions\.eu-west-1\.scaling\.schedule\.0\.timeZone: .*Europe\/Berlin$/,
      ),
      expect.stringMatching(/^line 9: regions\.eu-west-1\.scaling\.max: must say how many nodes/),
      expect.stringMatching(/^line 16: tenants\.acme\.keys\.0\.sha256: .*64 hexadecimal/),
      expect.stringMatching(/^line 16: tenants\.acme\.keys\.0\.scopes\.0: .*"issue"/),
    ]);
  });

  it('names regions that are referred to and not there', () => {
    const regions = { 'us-east-1': { latitude: 1, longitude: 2 } };
    const text = JSON.stringify({ revision: 'r1', regions, defaultRegion: 'mars' });
    expect(problemsOf(text)).toEqual([
      'line 1: defaultRegion: "mars" is not one of the regions; there are us-east-1',
    ]);
  });

  it('names the line of broken YAML', () => {
    expect(problemsOf('revision: "r1\nregions: {')).toEqual([expect.stringMatching(/^line \d+: /)]);
  });

  it('refuses aliases to nothing, and those that multiply without end', () => {
    expect(problemsOf('revision: *r')).toEqual([expect.stringMatching(/^Unresolved alias .*: r$/)]);
    const ten = (what: string) => `[${Array.from({ length: 10 }, () => what).join(', ')}]`;
    const bomb = `a: &a ${ten('x')}\nb: &b ${ten('*a')}\nc: &c ${ten('*b')}\nd: ${ten('*c')}`;
    expect(problemsOf(bomb)).toEqual([expect.stringMatching(/^Excessive alias count/)]);
  });

  it('refuses an empty file and a list', () => {
    expect(problemsOf('')).toHaveLength(1);
    expect(problemsOf('- a\n- b')).toHaveLength(1);
  });

  it('names a file that is not there', () => {
    expect(() => readPolicyFile('/nowhere/policy.yaml')).toThrow(
      /policy\.yaml is no policy:\n  the file cannot be read \(ENOENT\)/,
    );
  });
});

function problemsOf(text: string): readonly string[] {
  try {
    parsePolicy(text, 'policy.yaml');
  } catch (error) {
    if (error instanceof PolicyFileError) return error.problems;
    throw error;
  }
  throw new Error('accepted');
}
