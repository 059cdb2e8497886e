import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

/** Does something to a server's streams over a connection of its own, past every bus. */
export async function asAdmin<T>(
  servers: string,
  work: (manager: JetStreamManager) => Promise<T>,
): Promise<T> {
  const connection = await connect({ servers: servers.split(',') });
  try {
    return await work(await jetstreamManager(connection, { timeout: 10_000 }));
  } finally {
    await connection.close();
  }
}
