import { ISSUED_WINDOW_SECONDS, type Asked, type IceServersAnswer } from '@spillway/contracts';
import type { ClientLocator, Continent } from '@spillway/geo';
import { MemoryBus, type MemoryLog } from '@spillway/messaging';
import { Registry } from 'prom-client';
import { tenantOf } from '../auth/tenant.js';
import { FleetView } from '../fleet/fleet-view.js';
import { LogIntake } from '../fleet/log-intake.js';
import { IceServersService } from '../issue/ice-servers.service.js';
import { IssuedLog, type IssuedLogEvents } from '../issue/issued-log.js';
import { OwnBatches } from '../issue/own-batches.js';
import { NodeSecrets } from '../issue/node-secrets.js';
import { ProblemError } from '../problem-error.js';
import { RouterMetrics } from '../router-metrics.js';
import { MASTER_SECRET } from './fleet.harness.js';

const SECRETS = new NodeSecrets(MASTER_SECRET);
const CONTINENTS: readonly (Continent | null)[] = ['NA', 'EU', 'AS', null];

/** Takes the numbers of an IPv4 address for a place; nobody knows where those above 250 are. */
const locator: ClientLocator = {
  locate: (ip) => {
    const [north = 255, east = 0, continent = 0] = ip.split('.').map(Number);
    if (north > 250) return undefined;
    const place = { latitude: (north / 250) * 180 - 90, longitude: (east / 255) * 360 - 180 };
    return { ...place, country: 'DE', continent: CONTINENTS[continent % CONTINENTS.length] ?? null };
  },
};

/** A router as it is shipped but for its faces, which reads the log as late as a spec wants it to. */
export class ReplayedRouter {
  readonly bus: MemoryBus;
  readonly view: FleetView;
  private readonly own: OwnBatches;
  private readonly issued: IssuedLog;
  private readonly service: IceServersService;
  private readonly arriving: { readonly at: number; readonly take: () => void }[] = [];
  lost = 0;

  constructor(
    log: MemoryLog,
    readonly routerId: string,
    readonly bootId: string,
    /** Milliseconds from the writing of an entry to its reading. */
    private readonly delayMs: () => number,
  ) {
    this.bus = new MemoryBus(log);
    // Whose oscillator is a little off, and whose readings have fractions.
    this.view = new FleetView(bootId, () => performance.now() * 1.0001 + 0.3);
    this.own = new OwnBatches(routerId);
    const events: IssuedLogEvents = {
      onLost: (decisions) => (this.lost += decisions),
      onFault: () => undefined,
    };
    this.issued = new IssuedLog(this.bus, routerId, bootId, this.view, events, this.own);
    this.service = new IceServersService({
      view: this.view,
      locator,
      secrets: SECRETS,
      issued: this.issued,
      routerId,
      bootId,
    });
    this.view.onStep((step, moment) => this.issued.note(step, moment));
    this.view.setLink(this.bus.link);
    this.bus.onLink((link) => this.view.setLink(link));
    this.issued.start();
  }

  async begin(): Promise<void> {
    const metrics = new RouterMetrics(new Registry(), this.view);
    const intake = new LogIntake(this.view, this.issued, metrics, this.bus);
    await this.bus.follow(
      {
        onEntry: (entry) => this.later(() => intake.onEntry(entry)),
        onGap: (gap) => this.later(() => intake.onGap(gap)),
        onCaughtUp: () => this.later(() => intake.onCaughtUp()),
      },
      { issuedWindowSeconds: ISSUED_WINDOW_SECONDS, reader: this.own },
    );
  }

  /** Reads what has arrived by now. */
  read(now: number): void {
    while ((this.arriving[0]?.at ?? Infinity) <= now) this.arriving.shift()?.take();
  }

  /** Asks in the name of a client, or of a tenant's. `undefined` is a refusal. */
  ask(body: Asked & { userId?: string }, address: string | undefined): IceServersAnswer | undefined {
    const { tenant: name, require, prefer, lat: _lat, lon: _lon, ...rest } = body;
    const { policy } = this.view.fleet;
    const tenant = name !== undefined && policy ? tenantOf(policy, name) : undefined;
    const region = { ...(require && { require }), ...(prefer && { prefer }) };
    const principal = { name: 'spec', scopes: new Set(['issue', 'on-behalf'] as const), tenant };
    try {
      return this.service.answer({ ...rest, region }, { principal, address });
    } catch (error) {
      if (error instanceof ProblemError) return undefined;
      throw error;
    }
  }

  /** As reports and health checks do. */
  look(): void {
    this.view.now();
  }

  stop(limitMs: number): Promise<void> {
    return this.issued.stop(limitMs);
  }

  private later(take: () => void): void {
    const at = Math.max(this.arriving.at(-1)?.at ?? 0, performance.now() + this.delayMs());
    this.arriving.push({ at, take });
  }
}
