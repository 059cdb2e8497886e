import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { ConfigError, configMarkdown, describeConfig, loadConfig, type Environment } from '@spillway/runtime';
import { certificateTargetFrom, reporterConfigSchema, stunTargetFrom } from './config.js';

const minimal: Environment = {
  NODE_ID: 'euc1-a1',
  REGION: 'eu-central-1',
  NODE_URLS: 'turns:a1.turn.example.org:443?transport=tcp,turn:203.0.113.10:3478?transport=udp',
};
const load = (env: Environment = {}) => loadConfig(reporterConfigSchema, { ...minimal, ...env });

function problemsOf(env: Environment): readonly string[] {
  try {
    loadConfig(reporterConfigSchema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the configuration of a reporter', () => {
  it('needs a name, a region and the URLs of the node, and has a default for all else', () => {
    expect(load()).toMatchObject({
      NATS_URL: 'nats://127.0.0.1:4222',
      NODE_KIND: 'turn',
      INTERVAL_MS: 2000,
      SAMPLERS: ['host'],
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: 9650,
      SECRET_EPOCH: 1,
      COTURN_CLI: { host: '127.0.0.1', port: 5766 },
    });
    const required = describeConfig(reporterConfigSchema).filter((field) => field.isRequired);
    expect(required.map((field) => field.name)).toEqual(['NODE_ID', 'REGION', 'NODE_URLS']);
  });

  it('reports all problems at once, those between variables among them', () => {
    const env = {
      NODE_ID: 'a.b',
      NODE_URLS: 'turn:a',
      SAMPLERS: 'coturn-cli,file',
      INTERVAL_MS: '5',
      HTTP_PORT: 'x',
    };
    expect(problemsOf(env).map((problem) => problem.split(' ')[0])).toEqual([
      'NODE_ID',
      'REGION',
      'INTERVAL_MS',
      'HTTP_PORT',
      'COTURN_CLI_PASSWORD',
      'LOAD_JSON_PATH',
    ]);
  });

  it('names the samplers there are when one is asked for that is not', () => {
    expect(problemsOf({ ...minimal, SAMPLERS: 'host,nagios' })).toEqual([
      expect.stringContaining(
        'must be names out of coturn-prometheus, coturn-cli, eturnal, host, file, http',
      ),
    ]);
  });

  it('refuses URLs of a relay that no browser takes', () => {
    expect(problemsOf({ ...minimal, NODE_URLS: 'turn:a1.example.org,turn://a1.example.org' })).toEqual([
      expect.stringContaining('which turn://a1.example.org is not'),
    ]);
  });

  it('takes any URL for an SFU', () => {
    expect(problemsOf({ ...minimal, NODE_KIND: 'sfu', NODE_URLS: 'wss://sfu1.example.org' })).toEqual([]);
  });

  it('has a description for every variable in its reference', () => {
    const fields = describeConfig(reporterConfigSchema);
    expect(fields.filter((field) => field.description === '')).toEqual([]);
    expect(configMarkdown('Reporter', reporterConfigSchema)).toContain(
      '`COTURN_CLI_PASSWORD` or `COTURN_CLI_PASSWORD_FILE`',
    );
  });
});

describe('where the relay is asked by STUN', () => {
  it('is its first URL over UDP unless said otherwise', () => {
    expect(stunTargetFrom(load())).toEqual({ transport: 'udp', host: '203.0.113.10', port: 3478 });
  });

  it('is what STUN_CHECK says', () => {
    const target = stunTargetFrom(load({ STUN_CHECK: 'tcp:[::1]:3478' }));
    expect(target).toEqual({ transport: 'tcp', host: '::1', port: 3478 });
  });

  it('is nowhere with STUN_CHECK=none and for an SFU', () => {
    expect(stunTargetFrom(load({ STUN_CHECK: 'none' }))).toBeUndefined();
    expect(stunTargetFrom(load({ NODE_KIND: 'sfu' }))).toBeUndefined();
  });

  it('must be said for a relay that offers TLS only', () => {
    const onlyTls = { ...minimal, NODE_URLS: 'turns:a1.turn.example.org:443?transport=tcp' };
    expect(problemsOf(onlyTls)).toEqual([expect.stringContaining('STUN_CHECK must be set')]);
    expect(problemsOf({ ...onlyTls, STUN_CHECK: 'none' })).toEqual([]);
  });
});

describe('where the certificate is looked at', () => {
  it('is its first URL over TLS unless said otherwise', () => {
    const serverName = 'a1.turn.example.org';
    expect(certificateTargetFrom(load())).toEqual({ host: serverName, port: 443, serverName });
    const elsewhere = load({ CERTIFICATE_CHECK: '10.0.0.5:5349' });
    expect(certificateTargetFrom(elsewhere)).toEqual({ host: '10.0.0.5', port: 5349, serverName });
  });

  it('is nowhere with CERTIFICATE_CHECK=none and without TLS', () => {
    expect(certificateTargetFrom(load({ CERTIFICATE_CHECK: 'none' }))).toBeUndefined();
    expect(certificateTargetFrom(load({ NODE_URLS: 'turn:a1.turn.example.org' }))).toBeUndefined();
    expect(problemsOf({ ...minimal, CERTIFICATE_CHECK: 'here' })).toEqual([
      expect.stringContaining('CERTIFICATE_CHECK must be host:port or none'),
    ]);
  });
});

describe('the readme', () => {
  it('shows the reference as the schema has it', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const [, ...table] = configMarkdown('', reporterConfigSchema).trim().split('\n');
    const squeeze = (text: string) => text.replaceAll(/[\s-]+/g, ' ');
    expect(squeeze(readme)).toContain(squeeze(table.join('\n')));
  });
});
