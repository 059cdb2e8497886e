import { describeBus, type BusHarness } from './bus.conformance.js';
import { MemoryBus } from './memory-bus.js';
import { MemoryLog } from './memory-log.js';

function startMemoryHarness(): Promise<BusHarness> {
  const log = new MemoryLog();
  const buses = new Set<MemoryBus>();
  return Promise.resolve({
    connect: () => {
      const bus = new MemoryBus(log);
      buses.add(bus);
      return Promise.resolve({ bus, cut: () => bus.dropLink(), mend: () => bus.restoreLink() });
    },
    purgeUpTo: (position) => Promise.resolve(log.purgeUpTo(position)),
    wipe: () => Promise.resolve(log.wipe()),
    killBroker: () => Promise.resolve(buses.forEach((bus) => bus.dropLink())),
    restartBroker: () => Promise.resolve(buses.forEach((bus) => bus.restoreLink())),
    stop: () => Promise.resolve(),
  });
}

describeBus('MemoryBus', startMemoryHarness, 200);
