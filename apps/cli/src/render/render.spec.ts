import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { DENIED_PEERS, renderCoturn, type CoturnConfig } from '@spillway/local-nodes';
import { deriveNodeSecret } from '@spillway/turn';
import { parse } from 'yaml';
import { spillway } from '../testing/spillway.js';

const MASTER = 'a-master-secret-for-specs';
const basics = '--node use1-a1 --realm turn.example.org --listen-ip 10.0.0.4';
const tlsFiles = '--cert /etc/tls/fullchain.pem --key /etc/tls/privkey.pem';
const folder = mkdtempSync(join(tmpdir(), 'spillway-render-'));
afterAll(() => rmSync(folder, { recursive: true }));

const config: CoturnConfig = {
  nodeId: 'use1-a1',
  secret: 'secret',
  realm: 'turn.example.org',
  listenIps: ['203.0.113.10'],
  externalIps: [],
  port: 3478,
  relayPorts: { min: 49_152, max: 65_535 },
  allowedPeers: [],
  hasMetrics: false,
  version: '4.6.1',
};

describe('spillway render coturn', () => {
  it('gives the node the secret that the routers derive for it', async () => {
    const { exitCode, out } = await render(`coturn ${basics} --epoch 3`);
    expect(exitCode).toBe(0);
    expect(lines(out)).toContain(`static-auth-secret=${deriveNodeSecret(MASTER, 'use1-a1', 3)}`);
  });

  it('sets every option that was given', async () => {
    const { out } = await render(
      `coturn ${basics} ${tlsFiles} --listen-ip fd00::4 --external-ip 198.51.100.7/10.0.0.4 --allow-peer 10.0.0.4 ` +
        '--port 443 --tls-port 5350 --min-port 50000 --max-port 50999 --cli-port 5766 --cli-password pass',
    );
    expect(lines(out)).toEqual(
      expect.arrayContaining([
        'listening-ip=10.0.0.4',
        'relay-ip=10.0.0.4',
        'listening-ip=fd00::4',
        'relay-ip=fd00::4',
        'external-ip=198.51.100.7/10.0.0.4',
        'listening-port=443',
        'tls-listening-port=5350',
        'cert=/etc/tls/fullchain.pem',
        'pkey=/etc/tls/privkey.pem',
        'min-port=50000',
        'max-port=50999',
        'allowed-peer-ip=10.0.0.4',
        'cli-ip=127.0.0.1',
        'cli-port=5766',
        'cli-password=pass',
        'realm=turn.example.org',
      ]),
    );
    expect(lines(out)).not.toContain('no-tls');
    expect(lines(out)).not.toContain('no-cli');
  });

  it('sets quotas, bandwidth in the bytes that coturn counts', async () => {
    const { out } = await render(
      `coturn ${basics} --user-quota 12 --total-quota 5000 --max-bps 4e6 --bps-capacity 1000000000`,
    );
    expect(lines(out)).toEqual(
      expect.arrayContaining([
        'user-quota=12',
        'total-quota=5000',
        'max-bps=500000',
        'bps-capacity=125000000',
      ]),
    );
    expect((await render(`coturn ${basics}`)).out).not.toMatch(/quota|bps/);
  });

  it('makes the password of the command line interface, once', async () => {
    const file = join(folder, 'cli-password');
    const once = await render(`coturn ${basics} --cli-port 5766 --cli-password-file ${file}`);
    const again = await render(`coturn ${basics} --cli-port 5766 --cli-password-file ${file}`);
    const password = readFileSync(file, 'utf8').trim();
    expect(password).toMatch(/^[0-9a-f]{48}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const { out } of [once, again]) expect(lines(out)).toContain(`cli-password=${password}`);
  });

  it('listens once on an address that is named twice', async () => {
    const { out } = await render(`coturn ${basics} --listen-ip 10.0.0.4`);
    expect(lines(out).filter((line) => line === 'listening-ip=10.0.0.4')).toHaveLength(1);
  });

  it('writes a file that its owner alone may read, also over one that was open to all', async () => {
    const path = join(folder, 'turnserver.conf');
    writeFileSync(path, 'old', { mode: 0o644 });
    const { out } = await render(`coturn ${basics} --out ${path}`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toContain('use-auth-secret');
    expect(out).not.toContain('static-auth-secret');
  });

  it.each([
    [['--listen-ip', '0.0.0.0'], /--listen-ip .* not that of all/],
    [['--port', '70000'], /--port .* 1 to 65535/],
    [['--min-port', '60000', '--max-port', '50000'], /--min-port 60000 is above --max-port 50000/],
    [['--cert', '/etc/tls/fullchain.pem'], /give --cert and --key together/],
    [['--tls-port', '443'], /--tls-port 443 needs --cert and --key/],
    [['--port', '50000'], /--port 50000 is one of the relay ports, 49152 to 65535/],
    [['--epoch', '0'], /--epoch .* 1 or more/],
    [['--cli-port', '5766'], /give --cli-port and --cli-password together/],
    [['--realm', 'a\nno-auth'], /--realm .* must be made of/],
    [['--node', 'a.b'], /--node .* 1 to 64 of the characters/],
    [['--external-ip', '198.51.100.7/nat'], /--external-ip .* public\/private/],
    [['--coturn-version', 'latest'], /--coturn-version .* such as 4\.6\.1/],
    [['--max-bps', '0'], /--max-bps .* bits per second/],
    [['--total-quota', '0'], /--total-quota .* 1 or more/],
    [['--enrolled', '/var/lib/spillway'], /--enrolled .*cannot be used with.*--node/],
    [['--master', 'short'], /--master must have 16 characters or more/],
    [['--metrics'], /--metrics: coturn 4\.6\.1 opens its exporter to every address; use 4\.6\.3 or newer/],
  ])('refuses %j with one line that names the option', async (args, problem) => {
    const { exitCode, out, err } = await render(`coturn ${basics}`, ...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toMatch(problem);
    expect(err.trimEnd()).not.toContain('\n');
  });
});

describe('with what a node was enrolled with', () => {
  const enrolled = join(folder, 'enrolled');
  const secret = (epoch: number) => ({ epoch, secret: `secret-${epoch}`, saidAt: null });
  const having = (...epochs: number[]) => {
    mkdirSync(enrolled, { recursive: true });
    const list = { nodeId: 'euc1-x', region: 'eu-1', overlapSeconds: 60, secrets: epochs.map(secret) };
    writeFileSync(join(enrolled, 'turn-secrets.json'), JSON.stringify(list));
  };
  const address = ['--realm', 'turn.example.org', '--listen-ip', '10.0.0.4'];
  const renderEnrolled = (what: string) => spillway('render', what, '--enrolled', enrolled, ...address);

  it('coturn takes its secrets, those before too, and no master', async () => {
    having(2, 1);
    const { exitCode, out } = await renderEnrolled('coturn');
    expect(exitCode).toBe(0);
    expect(lines(out).filter((line) => line.startsWith('static-auth-secret'))).toEqual([
      'static-auth-secret=secret-2',
      'static-auth-secret=secret-1',
    ]);
    expect(out).toMatch(/^# euc1-x, /);
  });

  it('eturnal takes a list of them while there are several', async () => {
    having(2, 1);
    expect(parse((await renderEnrolled('eturnal')).out)).toMatchObject({
      eturnal: { secret: ['secret-2', 'secret-1'] },
    });
    having(2);
    expect(parse((await renderEnrolled('eturnal')).out)).toMatchObject({ eturnal: { secret: 'secret-2' } });
  });

  it('says so when nothing was enrolled there', async () => {
    const nowhere = join(folder, 'nowhere');
    const { exitCode, err } = await spillway('render', 'coturn', '--enrolled', nowhere, ...address);
    expect([exitCode, err]).toEqual([1, `spillway: ${nowhere}: no node is enrolled here yet\n`]);
  });
});

describe('the options of a coturn version', () => {
  const optional = (
    'no-cli cli no-dtls no-tlsv1 no-tlsv1_1 no-rfc5780 no-stun-backward-compatibility software-attribute ' +
    'prometheus prometheus-address=127.0.0.1 prometheus-port=9641'
  ).split(' ');
  const tls = { port: 5349, certFile: '/c', keyFile: '/k' };
  const cli = { port: 5766, password: 'p' };

  it.each([
    ['4.5.2', {}, ['no-dtls', 'no-cli']],
    ['4.6.0', { tls }, ['no-rfc5780', 'no-stun-backward-compatibility', 'no-dtls', 'no-cli']],
    [
      '4.6.1',
      { tls },
      ['no-rfc5780', 'no-stun-backward-compatibility', 'no-dtls', 'no-tlsv1', 'no-tlsv1_1', 'no-cli'],
    ],
    ['4.9.0', { tls }, ['no-dtls', 'software-attribute', 'no-cli']],
    ['4.10.0', { tls }, ['no-dtls', 'software-attribute']],
    ['4.10.0', { cli }, ['no-dtls', 'software-attribute', 'cli']],
    ['4.17.2', { tls }, ['software-attribute']],
    [
      '4.17.2',
      { hasMetrics: true },
      ['software-attribute', 'prometheus', 'prometheus-address=127.0.0.1', 'prometheus-port=9641'],
    ],
  ])('%s with %j: %j', (version, options, expected) => {
    const rendered = lines(renderCoturn({ ...config, ...options, version }));
    expect(rendered.filter((line) => optional.includes(line))).toEqual(expected);
  });

  it.each(['lt-cred-mech', 'no-loopback-peers', 'simple-log', 'prometheus-username-labels'])(
    'never has %s',
    (option) => {
      for (const version of ['4.5.2', '4.6.1', '4.17.2']) {
        expect(lines(renderCoturn({ ...config, version, tls }))).not.toContain(option);
      }
    },
  );
});

describe('spillway render eturnal', () => {
  it('writes YAML with the documented keys (not run against a real eturnal)', async () => {
    const { exitCode, out } = await render(
      `eturnal ${basics} ${tlsFiles} --listen-ip fd00::4 --metrics ` +
        '--external-ip 198.51.100.7/10.0.0.4 --allow-peer 10.0.0.4',
    );
    expect(exitCode).toBe(0);
    const listenOn = (ip: string) => [
      { ip, port: 3478, transport: 'udp', enable_turn: true },
      { ip, port: 3478, transport: 'tcp', enable_turn: true },
      { ip, port: 5349, transport: 'tls', enable_turn: true },
    ];
    expect(parse(out)).toEqual({
      eturnal: {
        secret: deriveNodeSecret(MASTER, 'use1-a1', 1),
        realm: 'turn.example.org',
        listen: [...listenOn('10.0.0.4'), ...listenOn('fd00::4')],
        relay_ipv4_addr: '198.51.100.7',
        relay_ipv6_addr: 'fd00::4',
        relay_min_port: 49_152,
        relay_max_port: 65_535,
        tls_crt_file: '/etc/tls/fullchain.pem',
        tls_key_file: '/etc/tls/privkey.pem',
        blacklist_peers: DENIED_PEERS.flatMap(({ networks }) => networks),
        whitelist_peers: ['10.0.0.4'],
        log_dir: 'stdout',
        modules: {
          mod_log_stun: {},
          mod_stats_prometheus: { ip: '127.0.0.1', port: 8081, tls: false, vm_metrics: false },
        },
      },
    });
  });

  it('leaves out what was not given', async () => {
    const { out } = await render(`eturnal ${basics}`);
    const { eturnal } = parse(out) as { eturnal: Record<string, unknown> };
    for (const key of ['relay_ipv6_addr', 'tls_crt_file', 'whitelist_peers'])
      expect(eturnal).not.toHaveProperty(key);
    expect(eturnal['modules']).toEqual({ mod_log_stun: {} });
  });
});

/** `spillway render <line> <args…>`, the line split at its spaces. */
function render(line: string, ...args: string[]) {
  return spillway('render', ...line.split(' '), '--master', MASTER, ...args);
}

function lines(text: string): string[] {
  return text.split('\n');
}
