import { NatsBus, type Bus } from '@spillway/messaging';

/** NATS was not reached in time. */
export class BusUnreachableError extends Error {
  readonly code = 'bus-unreachable';
  constructor(servers: string, seconds: number) {
    super(
      `no NATS server answers at ${servers} within ${seconds} s: is it running? Choose another with --nats`,
    );
    this.name = 'BusUnreachableError';
  }
}

/** Connects to NATS for one piece of work. @throws {BusUnreachableError} after `connectSeconds`. */
export async function withBus<T>(
  servers: string,
  work: (bus: Bus) => Promise<T>,
  connectSeconds = 5,
): Promise<T> {
  const bus = NatsBus.connect({ servers, name: 'spillway-cli' });
  try {
    await linkUp(bus, servers, connectSeconds);
    return await work(bus);
  } finally {
    await bus.close();
  }
}

async function linkUp(bus: Bus, servers: string, seconds: number): Promise<void> {
  if (bus.link === 'up') return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new BusUnreachableError(withoutPasswords(servers), seconds));
    }, seconds * 1000);
    const stopListening = bus.onLink((link) => {
      if (link !== 'up') return;
      clearTimeout(timer);
      stopListening();
      resolve();
    });
  });
}

function withoutPasswords(servers: string): string {
  return servers.replaceAll(/\/\/[^@,]*@/g, '//');
}
