import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError, loadConfig, type Environment } from './config.js';
import { commaList, flag, hostAndPort, httpUrl, port, secret, text, wholeNumber } from './config-fields.js';
import { configMarkdown, describeConfig } from './config-reference.js';

const schema = z.object({
  NODE_ID: text().describe('The name of the node'),
  HTTP_PORT: port().default(8080).describe('Port of the HTTP server'),
  URLS: commaList(text()).default(['stun:a', 'stun:b']),
  BANDWIDTH: wholeNumber({ min: 1 }).optional(),
  VERBOSE: flag().default(false),
  RELAY: hostAndPort().optional(),
  MASTER: secret(16).optional().describe('The master secret | never shown'),
});

const required: Environment = { NODE_ID: 'a1' };

function problemsOf(env: Environment): readonly string[] {
  try {
    loadConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

function scratchFile(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'spillway-config-')), 'secret');
  writeFileSync(path, content);
  return path;
}

describe('loadConfig', () => {
  it('reads values from text and fills in defaults', () => {
    const env = { NODE_ID: ' a1 ', HTTP_PORT: '9000', BANDWIDTH: '1e9', URLS: 'x, y,', RELAY: '[::1]:3478' };
    expect(loadConfig(schema, env)).toEqual({
      NODE_ID: 'a1',
      HTTP_PORT: 9000,
      BANDWIDTH: 1_000_000_000,
      URLS: ['x', 'y'],
      VERBOSE: false,
      RELAY: { host: '::1', port: 3478 },
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig(schema, { ...required, HTTP_PORT: '' }).HTTP_PORT).toBe(8080);
  });

  it('reports every problem at once, each with the variable, what is wrong and what to do', () => {
    expect(problemsOf({ HTTP_PORT: '70000', VERBOSE: 'yes', RELAY: 'localhost', MASTER: 'short' })).toEqual([
      'NODE_ID is not set. Set it to the name of the node.',
      'HTTP_PORT must be a whole number from 1 to 65535, is "70000". Correct it, or unset it to get 8080.',
      'VERBOSE must be true or false, is "yes". Correct it, or unset it to get false.',
      'RELAY must be host:port, such as 127.0.0.1:3478, is "localhost". Correct it.',
      'MASTER must have 16 characters or more. Correct it.',
    ]);
  });

  it('reads a secret from the file its _FILE variable names, without the line end', () => {
    const env = { ...required, MASTER_FILE: scratchFile('0123456789abcdef\n') };
    expect(loadConfig(schema, env).MASTER).toBe('0123456789abcdef');
  });

  it('refuses a secret that is given twice', () => {
    const env = { ...required, MASTER: '0123456789abcdef', MASTER_FILE: scratchFile('0123456789abcdef') };
    expect(problemsOf(env)).toEqual(['MASTER and MASTER_FILE are both set: unset one of them.']);
  });

  it('names the file of a secret that cannot be read', () => {
    expect(problemsOf({ ...required, MASTER_FILE: '/nowhere/at-all' })).toEqual([
      'MASTER_FILE: cannot read /nowhere/at-all (ENOENT). Name a file this process may read.',
    ]);
  });

  it('ignores _FILE for variables that are no secret', () => {
    expect(problemsOf({ NODE_ID_FILE: scratchFile('a1') })).toHaveLength(1);
  });

  it('reports a rule over several variables as it is worded', () => {
    const pair = z
      .object({ LOW: wholeNumber({ min: 0 }), HIGH: wholeNumber({ min: 0 }) })
      .refine(({ LOW, HIGH }) => LOW <= HIGH, 'LOW must not be above HIGH');
    expect(() => loadConfig(pair, { LOW: '2', HIGH: '1' })).toThrow('LOW must not be above HIGH');
  });

  it('says why a variable is needed when a rule over several variables asks for it', () => {
    const pair = z
      .object({ MODE: text(), KEY: secret().optional().describe('The key') })
      .superRefine(({ MODE, KEY }, context) => {
        if (MODE === 'closed' && !KEY) {
          context.addIssue({ code: 'custom', path: ['KEY'], message: 'must be set: MODE is closed' });
        }
      });
    expect(() => loadConfig(pair, { MODE: 'closed' })).toThrow(
      'KEY must be set: MODE is closed. Set it to the key.',
    );
  });

  it('refuses a URL that carries a password', () => {
    const schema = z.object({ URL: httpUrl() });
    expect(loadConfig(schema, { URL: 'http://127.0.0.1:9641/metrics' }).URL).toContain('9641');
    expect(() => loadConfig(schema, { URL: 'ftp://x' })).toThrow('URL must be an http:// or https:// URL');
    expect(() => loadConfig(schema, { URL: 'http://a:b@x/' })).toThrow(
      /without .* password, is "http:\/\/\*\*\*@x\/"/,
    );
  });

  it('never shows a secret, whatever is wrong with it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[G-Z]{8,15}$/), fc.string(), (value, other) => {
        const problems = problemsOf({ NODE_ID: 'a1', MASTER: value, HTTP_PORT: `x${other}` }).join('\n');
        expect(problems.replaceAll(JSON.stringify(`x${other}`.slice(0, 60)), '')).not.toContain(value);
      }),
    );
  });

  it('answers any text with a value or a ConfigError', () => {
    const names = fc.constantFrom(...Object.keys(schema.shape));
    const environment = fc.dictionary(names, fc.oneof(fc.string(), fc.nat().map(String)));
    fc.assert(
      fc.property(environment, (env) => {
        const problems = problemsOf(env);
        expect(problems.every((problem) => problem.length > 0)).toBe(true);
      }),
    );
  });
});

describe('the configuration reference', () => {
  it('has a row for each variable with its default and meaning, found on any layer of the field', () => {
    expect(describeConfig(schema).map((field) => [field.name, field.default, field.isRequired])).toEqual([
      ['NODE_ID', undefined, true],
      ['HTTP_PORT', '8080', false],
      ['URLS', 'stun:a,stun:b', false],
      ['BANDWIDTH', undefined, false],
      ['VERBOSE', 'false', false],
      ['RELAY', undefined, false],
      ['MASTER', undefined, false],
    ]);
  });

  it('is written as a Markdown table that names the file variable of a secret', () => {
    expect(configMarkdown('Variables', schema).split('\n')).toEqual(
      expect.arrayContaining([
        '# Variables',
        '| `NODE_ID` | required | The name of the node |',
        '| `HTTP_PORT` | `8080` | Port of the HTTP server |',
        String.raw`| \`MASTER\` or \`MASTER_FILE\` |  | The master secret \| never shown |`.replaceAll(
          '\\`',
          '`',
        ),
      ]),
    );
  });
});
