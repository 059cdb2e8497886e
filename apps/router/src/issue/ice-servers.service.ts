import {
  decisionId,
  iceServersRequestSchema,
  isUsualRequest,
  TRANSPORTS,
  type Asked,
  type IceServer,
  type IceServersAnswer,
  type IceServersRequest,
  type PolicyDocument,
} from '@spillway/contracts';
import type { ClientLocator } from '@spillway/geo';
import { place, placementRequest, seedOfRun, type Placement, type PlacementView } from '@spillway/placement';
import { mintCredential, turnUser } from '@spillway/turn';
import { requireScope, type Principal } from '../auth/api-keys.js';
import type { Lifetimes, Tenant } from '../auth/tenant.js';
import { familyOf } from '../client-address.js';
import type { FleetView } from '../fleet/fleet-view.js';
import { invalidField, ProblemError } from '../problem-error.js';
import { askedOf } from './asked.js';
import type { Decision, RefusedRequest } from './decision.js';
import { ExpiryText } from './expiry-text.js';
import { NodeRecords } from './node-records.js';
import type { NodeSecrets } from './node-secrets.js';
import { MAX_TURN_URLS } from './node-urls.js';
import { refusalOf, requiredRegions, RETRY_AFTER_SECONDS } from './requirement.js';
import type { Shadow } from '../shadow/shadow.js';

/** Who asks, and from where: the address of the client itself unless the request names another. */
export interface Caller {
  readonly principal: Principal;
  readonly address: string | undefined;
}

export interface IceServersParts {
  readonly view: FleetView;
  readonly locator: ClientLocator;
  readonly secrets: NodeSecrets;
  readonly issued: { add(decision: Decision): void; refuse(request: RefusedRequest): void };
  /** Tries a candidate policy; has no part in the answer. */
  readonly shadow?: Shadow;
  readonly routerId: string;
  readonly bootId: string;
  /** Wall-clock time in ms: expiry is checked against the relays' clocks. */
  readonly now?: () => number;
}

/** "Which relay?": the one answer behind HTTP, gRPC and NATS. */
export class IceServersService {
  private readonly seed: number;
  private readonly records: NodeRecords;
  private readonly wallClock: () => number;
  private readonly expiryText = new ExpiryText();
  private decisions = 0;

  constructor(private readonly parts: IceServersParts) {
    this.seed = seedOfRun(parts.routerId, parts.bootId);
    this.records = new NodeRecords(parts.secrets);
    this.wallClock = parts.now ?? Date.now;
  }

  /** @throws {ProblemError} whatever is wrong with the request, or why nobody can serve it. */
  answer(input: unknown, { principal, address }: Caller): IceServersAnswer {
    requireScope(principal, 'issue');
    const request = requestOf(input);
    if (request.clientIp !== undefined) requireScope(principal, 'on-behalf', 'clientIp');
    if (request.region?.require !== undefined) requireScope(principal, 'on-behalf', 'region.require');
    const view = this.parts.view.now();
    if (!view) {
      const missing = this.parts.view.fleet.policy
        ? 'The log has not been read yet'
        : 'There is no policy yet';
      throw new ProblemError('not-ready', missing, undefined, RETRY_AFTER_SECONDS);
    }
    return this.decide(view, request, principal.tenant, request.clientIp ?? address);
  }

  private decide(
    view: PlacementView,
    request: IceServersRequest,
    tenant: Tenant | undefined,
    address: string | undefined,
  ): IceServersAnswer {
    const ttlSeconds = lifetime(request, tenant?.ttlSeconds ?? view.policy.ttlSeconds);
    checkPreference(request, view.policy);
    const require = requiredRegions(request, tenant);
    const location = address === undefined ? undefined : this.parts.locator.locate(address);
    const asked = askedOf(request, location, require, tenant?.name);
    const wanted = placementRequest(asked, this.seed, this.decisions);
    const placement = place(view, wanted);
    this.parts.shadow?.compare(wanted, placement);
    if (!placement.isPlaced) {
      const { now: atMs, position } = this.parts.view.fleet;
      this.parts.issued.refuse({ atMs, position, asked, code: placement.code });
      throw refusalOf(placement.code, request, require, tenant);
    }
    const id = decisionId(this.parts.routerId, this.parts.bootId, this.decisions);
    const named = request.userId ?? request.sessionId;
    const user = turnUser(named ?? id);
    const expiresAtSeconds = Math.floor(this.wallClock() / 1000) + ttlSeconds;
    const { iceServers, nodes } = this.serve(placement.nodes, request, address, user, expiresAtSeconds);
    this.issue(placement, asked, named === undefined ? undefined : user, nodes);
    const { region, nearestRegion, reason } = placement;
    return {
      iceServers,
      ttlSeconds,
      expiresAt: this.expiryText.of(expiresAtSeconds),
      placement: { decisionId: id, region, nodes, nearestRegion, reason },
    };
  }

  /** Puts the decision on the log, and counts on its load. */
  private issue(placement: Placement, asked: Asked, user: string | undefined, nodes: string[]): void {
    const { issued, view } = this.parts;
    const { region, nearestRegion, reason } = placement;
    const n = this.decisions++;
    const { now: atMs, position } = view.fleet;
    issued.add({ atMs, position, n, asked, user, region, nodes, nearestRegion, reason });
    for (const node of placement.nodes) view.reserve(node);
  }

  /** @returns what the client gets of the nodes, and their ids. */
  private serve(
    chosen: Placement['nodes'],
    request: IceServersRequest,
    address: string | undefined,
    user: string,
    expiresAtSeconds: number,
  ): { iceServers: IceServer[]; nodes: string[] } {
    const wanted = request.transports ?? TRANSPORTS;
    const family = familyOf(address);
    const iceServers: IceServer[] = [];
    const nodes: string[] = [];
    let stun: IceServer | undefined;
    for (const node of chosen) {
      const isFirst = nodes.length === 0;
      const limit = isFirst ? MAX_TURN_URLS - (chosen.length - 1) : 1;
      const record = this.records.of(node, { wanted, family, limit });
      const { username, credential } = mintCredential(record, user, expiresAtSeconds);
      iceServers.push({ urls: record.urls, username, credential });
      nodes.push(record.id);
      if (isFirst && wanted.includes('udp')) stun = record.stun;
    }
    if (stun !== undefined) iceServers.push(stun);
    return { iceServers, nodes };
  }
}

function requestOf(input: unknown): IceServersRequest {
  if (isUsualRequest(input)) return input;
  const parsed = iceServersRequestSchema.safeParse(input);
  if (!parsed.success) throw invalidField(parsed.error);
  return parsed.data;
}

function lifetime({ ttlSeconds }: IceServersRequest, bounds: Lifetimes): number {
  if (ttlSeconds === undefined) return bounds.default;
  if (ttlSeconds >= bounds.min && ttlSeconds <= bounds.max) return ttlSeconds;
  const detail = `ttlSeconds: must be from ${bounds.min} to ${bounds.max} by the policy`;
  throw new ProblemError('invalid-field', detail, 'ttlSeconds');
}

/** A region that does not exist is a mistake to hear of, not a wish to pass over. */
function checkPreference({ region }: IceServersRequest, { regions }: PolicyDocument): void {
  if (region?.prefer === undefined || Object.hasOwn(regions, region.prefer)) return;
  const detail = `region.prefer: "${region.prefer}" is not one of the regions: ${Object.keys(regions).join(', ')}`;
  throw new ProblemError('invalid-field', detail, 'region.prefer');
}
