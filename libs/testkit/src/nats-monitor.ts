/** What is read of `GET /jsz?accounts=true&streams=true` (nats-server 2.9 and later). */
interface JetStreamReport {
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly cluster?: { readonly leader?: string };
    }[];
  }[];
}

/** Name of the server that leads a stream, as one server's monitoring port has it; `undefined` without an answer. */
export async function readLeader(monitorPort: number, stream: string): Promise<string | undefined> {
  const report = (await ask(monitorPort, '/jsz?accounts=true&streams=true')) as JetStreamReport | undefined;
  const streams = report?.account_details?.flatMap(({ stream_detail }) => stream_detail ?? []) ?? [];
  return streams.find(({ name }) => name === stream)?.cluster?.leader || undefined;
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
