/** A group of servers that keep something together, as one of them has it. */
interface GroupReport {
  readonly leader?: string;
  readonly replicas?: readonly { readonly name: string; readonly current: boolean }[];
}

/** What is read of `GET /jsz?accounts=true&streams=true` (nats-server 2.9 and later). */
interface JetStreamReport {
  readonly meta_cluster?: GroupReport;
  readonly account_details?: readonly {
    readonly stream_detail?: readonly { readonly name: string; readonly cluster?: GroupReport }[];
  }[];
}

/** Of the cluster's own records, which have no stream. */
const META = 'the meta group';

/** Name of the server that leads a stream, as one server's monitoring port has it; `undefined` without an answer. */
export async function readLeader(monitorPort: number, stream: string): Promise<string | undefined> {
  return groupsOf(await readJetStream(monitorPort)).get(stream)?.leader || undefined;
}

/**
 * What one server lacks of all there are copies of, so that no other may be lost yet; empty once it has caught up. Who
 * leads knows that; a server that was cut off may take itself for the leader for a while.
 * @param monitorPorts of all servers, by name
 */
export async function readLacks(monitorPorts: ReadonlyMap<string, number>, name: string): Promise<string[]> {
  const groups = new Set<string>();
  const led = new Map<string, GroupReport[]>();
  for (const [server, port] of monitorPorts) {
    for (const [group, report] of groupsOf(await readJetStream(port))) {
      groups.add(group);
      if (report.leader === server) led.set(group, [...(led.get(group) ?? []), report]);
    }
  }
  return [...groups].flatMap((group) => {
    const [report, ...rivals] = led.get(group) ?? [];
    if (!report) return `${group} has no leader`;
    if (rivals.length > 0) return `${group} has ${rivals.length + 1} leaders`;
    const isCurrent = report.replicas?.some((copy) => copy.name === name && copy.current);
    return report.leader === name || isCurrent ? [] : `${report.leader} has more of ${group}`;
  });
}

const readJetStream = async (monitorPort: number) =>
  (await ask(monitorPort, '/jsz?accounts=true&streams=true')) as JetStreamReport | undefined;

function groupsOf(report: JetStreamReport | undefined): Map<string, GroupReport> {
  const streams = report?.account_details?.flatMap(({ stream_detail }) => stream_detail ?? []) ?? [];
  const groups = new Map(streams.map(({ name, cluster }) => [name, cluster ?? {}]));
  return report ? groups.set(META, report.meta_cluster ?? {}) : groups;
}

/** What most say; a server that is cut off holds on to what it knew. */
export function mostNamed(names: readonly (string | undefined)[]): string | undefined {
  const votes = new Map<string, number>();
  for (const name of names) if (name !== undefined) votes.set(name, (votes.get(name) ?? 0) + 1);
  return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** Connections to other servers of its cluster. */
export async function countRoutes(monitorPort: number): Promise<number> {
  const report = (await ask(monitorPort, '/routez')) as { readonly num_routes: number } | undefined;
  return report?.num_routes ?? 0;
}

async function ask(monitorPort: number, path: string): Promise<unknown> {
  const url = `http://127.0.0.1:${monitorPort}${path}`;
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.json(),
    () => undefined,
  );
}
