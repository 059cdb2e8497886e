import { isIPv4 } from 'node:net';
import { NatsBus } from '@spillway/messaging';

/** Everything that is on the log, subjects and payloads, as text. */
export async function readRawLog(natsUrl: string): Promise<string> {
  const bus = NatsBus.connect({ servers: natsUrl, name: 'raw-log' });
  const decoder = new TextDecoder();
  const lines: string[] = [];
  try {
    const reading = await bus.readLog({});
    for await (const { messages } of reading.messages()) {
      for (const { subject, data } of messages) lines.push(`${subject} ${decoder.decode(data)}`);
    }
  } finally {
    await bus.close();
  }
  return lines.join('\n');
}

/** Whatever in a text could be an IPv4 address. */
export function addressesIn(text: string): Set<string> {
  return new Set(
    [...text.matchAll(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g)].map(([found]) => found).filter(isIPv4),
  );
}
