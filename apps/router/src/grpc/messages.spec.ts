import { describe, expect, it } from '@jest/globals';
import { iceServersRequestSchema, type IceServersAnswer } from '@spillway/contracts';
import type { RegionsReport } from '../fleet/fleet-report.js';
import { fromGrpc, toGrpcAnswer, toGrpcRegions } from './messages.js';
import { peerAddress } from './peer.js';

describe('a request from gRPC', () => {
  it('is the JSON request with the same fields', () => {
    const request = {
      userId: 'alice',
      sessionId: 's-1',
      clientIp: '192.0.2.1',
      region: { require: ['us-east-1'], prefer: 'us-east-1' },
      ttlSeconds: 600,
      count: 2,
      transports: ['TRANSPORT_UDP', 'TRANSPORT_TCP', 'TRANSPORT_TLS'],
    };
    const json = fromGrpc(request);
    expect(json).toEqual({ ...request, transports: ['udp', 'tcp', 'tls'] });
    expect(iceServersRequestSchema.parse(json)).toEqual(json);
  });

  it('without fields is the empty request', () => {
    expect(fromGrpc({})).toEqual({});
    expect(fromGrpc({ transports: [], region: { require: [] } })).toEqual({ region: {} });
  });

  it('keeps what is wrong, for the one schema to refuse: an empty text, a zero, an enum it does not know', () => {
    const json = fromGrpc({ userId: '', count: 0, ttlSeconds: 0, transports: ['TRANSPORT_UNSPECIFIED', 9] });
    expect(json).toEqual({ userId: '', count: 0, ttlSeconds: 0, transports: ['unspecified', '9'] });
    const paths = iceServersRequestSchema.safeParse(json).error?.issues.map(({ path }) => path.join('.'));
    expect(new Set(paths)).toEqual(
      new Set(['userId', 'ttlSeconds', 'count', 'transports.0', 'transports.1']),
    );
  });
});

describe('an answer for gRPC', () => {
  const answer: IceServersAnswer = {
    iceServers: [{ urls: ['stun:h'] }],
    ttlSeconds: 60,
    expiresAt: '2026-11-22T10:00:00Z',
    placement: { decisionId: 'd', region: 'r', nodes: ['n'], nearestRegion: null, reason: 'fallback' },
  };

  it('leaves out what is null: proto3 knows none', () => {
    const { nearestRegion: _none, ...placement } = answer.placement;
    expect(toGrpcAnswer(answer)).toEqual({ ...answer, placement });
  });

  it('has everything else as it is', () => {
    const known = { ...answer, placement: { ...answer.placement, nearestRegion: 'q' } };
    expect(toGrpcAnswer(known)).toEqual(known);
  });
});

describe('regions for gRPC', () => {
  it('leave out what is unknown and keep what is zero; ages are no news', () => {
    const region = { usableNodes: 1, nodes: 2, priceMs: 0, overloaded: true };
    const age = { priceAgeSeconds: 3, plan: null };
    const report: RegionsReport = {
      position: 7,
      link: 'up',
      policyRevision: 'r',
      strategy: 'nearest',
      regions: [
        { region: 'a', utilization: null, demand: null, ...region, ...age },
        { region: 'b', utilization: 0, demand: 0, ...region, ...age },
      ],
    };
    const regions = [
      { region: 'a', ...region },
      { region: 'b', utilization: 0, demand: 0, ...region },
    ];
    expect(toGrpcRegions(report)).toEqual({ position: 7, regions });
  });
});

describe('the address in a peer', () => {
  it.each([
    ['192.0.2.1:50051', '192.0.2.1'],
    ['::1:50051', '::1'],
    ['::ffff:192.0.2.1:443', '::ffff:192.0.2.1'],
    ['2001:db8::1:1', '2001:db8::1'],
    ['unknown', undefined],
    ['/run/socket', undefined],
    ['', undefined],
  ])('%j is %s', (peer, address) => {
    expect(peerAddress(peer)).toBe(address);
  });
});
