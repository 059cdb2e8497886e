import type { IceServersAnswer, PlacementReason } from '@spillway/contracts';

type Placement = IceServersAnswer['placement'];

/** An answer as lines for people, the name of each thing in a column of its own. */
export function describeAnswer({ iceServers, placement, ttlSeconds, expiresAt }: IceServersAnswer): string {
  return [
    ...labelled('region', [`${placement.region}: ${WHY[placement.reason](placement)}`]),
    ...labelled('nodes', [placement.nodes.join(', ')]),
    ...labelled('valid until', [`${expiresAt} (${ttlSeconds} s)`]),
    ...labelled('decision', [placement.decisionId]),
    ...iceServers.flatMap(({ urls, username, credential }) => [
      ...labelled('urls', urls),
      ...labelled('username', username === undefined ? [] : [username]),
      ...labelled('credential', credential === undefined ? [] : [credential]),
    ]),
  ].join('\n');
}

export function labelled(label: string, values: readonly string[]): string[] {
  return values.map((value, i) => `${(i === 0 ? label : '').padEnd(12)}${value}`);
}

const WHY: Record<PlacementReason, (placement: Placement) => string> = {
  nearest: () => 'the nearest that has room',
  spillover: ({ nearestRegion }) => `${nearestRegion ?? 'the nearest'} is nearer but full`,
  required: () => 'required by the request',
  preferred: () => 'preferred by the request',
  fallback: ({ nearestRegion }) =>
    nearestRegion === null ? 'the location of the client is unknown' : `${nearestRegion} cannot serve`,
};
