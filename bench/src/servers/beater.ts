// `beater.js <NATS url> <nodes>`: the heartbeats of a fleet, until it is asked how many there were.
import { NatsBus } from '@spillway/messaging';
import { beat } from '../capacity/heartbeats.js';

const [servers = '', nodes = '0'] = process.argv.slice(2);
const bus = NatsBus.connect({ servers, name: 'bench beater' });
await bus.provision();
let sent = 0;
const stop = beat(
  {
    publish: (subject, payload) => {
      sent++;
      bus.publish(subject, payload);
    },
  },
  Number(nodes),
);
process.on('message', () => {
  stop();
  void bus.close().then(() => process.send?.(sent));
});
process.on('disconnect', () => process.exit());
process.send?.(0);
