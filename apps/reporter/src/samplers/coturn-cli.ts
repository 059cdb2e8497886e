import { hostAndPort, secret } from '@spillway/runtime';
import { parseSoftware, type Software } from '../relay/software.js';
import { LineDialog } from './line-dialog.js';
import { defineSampler, type Sample, type Sampler } from './sampler.js';

/** coturn's telnet command line, for builds without an exporter such as Debian's. */
export const coturnCli = defineSampler({
  variables: {
    COTURN_CLI: hostAndPort()
      .prefault('127.0.0.1:5766')
      .describe('Where the command line of coturn listens (cli-ip, cli-port), for the sampler coturn-cli'),
    COTURN_CLI_PASSWORD: secret()
      .optional()
      .describe('The cli-password of coturn, for the sampler coturn-cli'),
  },
  needs: ['COTURN_CLI_PASSWORD'],
  create: ({ COTURN_CLI: { host, port }, COTURN_CLI_PASSWORD: password = '' }) =>
    new CoturnCliSampler(host, port, password),
});

const BANNER = /TURN Server\r\n(.+)\r\n[^]*Enter password: /;
const AFTER_PASSWORD = /Enter password: |> $/;
const SESSIONS = /Total sessions: (\d+)\s+> $/;

/** Milliseconds without another attempt after a refused password: coturn logs each one. */
const REFUSED_PAUSE_MS = 30_000;

/** Every login leaves a line in coturn's log, so one session is kept open from sample to sample. */
export class CoturnCliSampler implements Sampler {
  readonly name = 'coturn-cli';
  readonly asks = 'server';
  private dialog: LineDialog | undefined;
  private software: Software | undefined;
  private refusedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly host: string,
    private readonly port: number,
    private readonly password: string,
  ) {}

  async sample(signal: AbortSignal): Promise<Sample> {
    try {
      const dialog = this.dialog?.isOpen ? this.dialog : await this.logIn(signal);
      // `ps` lists a part of the sessions, then tells how many there are in all realms.
      dialog.say('ps');
      const [, sessions] = await dialog.hear(SESSIONS, signal);
      return { allocations: Number(sessions), ...(this.software && { software: this.software }) };
    } catch (error) {
      this.close();
      throw explain(error, signal);
    }
  }

  close(): void {
    this.dialog?.close();
    this.dialog = undefined;
  }

  private async logIn(signal: AbortSignal): Promise<LineDialog> {
    if (performance.now() - this.refusedAt < REFUSED_PAUSE_MS) throw new PasswordRefusedError();
    this.dialog = await LineDialog.open(this.host, this.port, signal);
    const [, banner = ''] = await this.dialog.hear(BANNER, signal);
    this.software = parseSoftware(banner);
    this.dialog.say(this.password);
    const [prompt] = await this.dialog.hear(AFTER_PASSWORD, signal);
    if (prompt === '> ') return this.dialog;
    this.refusedAt = performance.now();
    throw new PasswordRefusedError();
  }
}

class PasswordRefusedError extends Error {
  constructor() {
    super('coturn refused COTURN_CLI_PASSWORD');
    this.name = 'PasswordRefusedError';
  }
}

function explain(error: unknown, signal: AbortSignal): Error {
  if (error instanceof PasswordRefusedError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = signal.aborted ? 'out of time' : (code ?? message);
  return new Error(`no answer from the command line of coturn (${reason})`, { cause: error });
}
