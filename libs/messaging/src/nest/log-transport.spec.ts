import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Module,
  UseInterceptors,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { ISSUED_SUBJECTS, LOG_SUBJECTS, type LogEntry } from '@spillway/contracts';
import { heartbeat, issued, nameOf } from '../conformance/events.js';
import { record } from '../conformance/following.js';
import { until } from '../conformance/harness.js';
import { MemoryBus } from '../memory-bus.js';
import { MemoryLog } from '../memory-log.js';
import { LOG_STATUS, LogTransport, type LogStatus } from './log-transport.js';

const toEnd: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of toEnd.splice(0).toReversed()) await end();
});

async function start(controller: new () => object, bus: MemoryBus): Promise<{ close(): Promise<void> }> {
  @Module({ controllers: [controller] })
  class SpecModule {}
  const strategy = new LogTransport(bus);
  const app = await NestFactory.createMicroservice(SpecModule, { strategy, logger: false });
  await app.listen();
  toEnd.push(() => app.close());
  return app;
}

async function provisioned(log = new MemoryLog()): Promise<MemoryBus> {
  const bus = new MemoryBus(log);
  await bus.provision();
  toEnd.push(() => bus.close());
  return bus;
}

describe('LogTransport, following the log', () => {
  it('calls the handler of a filter with each entry, and the one of the status in order with them', async () => {
    const story: string[] = [];
    const slowPipe: PipeTransform = {
      transform: async (entry: unknown) => {
        for (let microtask = 0; microtask < 20; microtask++) await Promise.resolve();
        return entry;
      },
    };
    @Controller()
    class Folding {
      @EventPattern(LOG_SUBJECTS)
      onEntry(@Payload(slowPipe) entry: LogEntry): void {
        story.push(nameOf(entry));
      }
      @EventPattern(LOG_STATUS)
      onStatus(@Payload() status: LogStatus): void {
        story.push(status.kind);
      }
    }
    const bus = await provisioned();
    await record(bus, issued('r', 1), heartbeat('a', 1), issued('r', 2), heartbeat('a', 2));
    await start(Folding, bus);
    await until(() => story.length === 4);
    bus.dropLink();
    const other = new MemoryBus(bus.log);
    await record(other, heartbeat('b', 1), heartbeat('b', 2), heartbeat('b', 3));
    bus.log.purgeUpTo(6);
    bus.restoreLink();
    await record(other, heartbeat('c', 1), heartbeat('d', 1));
    await until(() => story.length === 9);
    expect(story).toEqual(['r#1', 'r#2', 'a/2', 'caught-up', 'gap', 'b/3', 'c/1', 'caught-up', 'd/1']);
  });

  it('tells what was rejected', async () => {
    const seen: LogStatus[] = [];
    @Controller()
    class Folding {
      @EventPattern(ISSUED_SUBJECTS)
      onEntry(@Payload() _entry: LogEntry): void {}
      @EventPattern(LOG_STATUS)
      onStatus(@Payload() status: LogStatus): void {
        seen.push(status);
      }
    }
    const bus = await provisioned();
    await start(Folding, bus);
    bus.publish(issued('r', 1).subject, 'no batch');
    await until(() => seen.length === 2);
    expect(seen).toContainEqual(
      expect.objectContaining({ kind: 'rejected', filter: ISSUED_SUBJECTS, reason: 'invalid-payload' }),
    );
  });

  it('goes on behind a handler that throws, and runs handlers that interceptors wrap', async () => {
    const seen: string[] = [];
    const passing: NestInterceptor = { intercept: (_context, next) => next.handle() };
    @Controller()
    class Folding {
      @UseInterceptors(passing)
      @EventPattern(LOG_SUBJECTS)
      onEntry(@Payload() entry: LogEntry): void {
        seen.push(nameOf(entry));
        throw new Error('this handler is broken');
      }
    }
    const bus = await provisioned();
    await start(Folding, bus);
    await record(bus, heartbeat('a', 1), heartbeat('a', 2));
    await until(() => seen.length === 2);
    expect(seen).toEqual(['a/1', 'a/2']);
  });

  it('does not follow once closed, and leaves the bus open', async () => {
    const seen: string[] = [];
    @Controller()
    class Folding {
      @EventPattern(LOG_SUBJECTS)
      onEntry(@Payload() entry: LogEntry): void {
        seen.push(nameOf(entry));
      }
    }
    const bus = await provisioned();
    const app = await start(Folding, bus);
    await app.close();
    expect(await record(bus, heartbeat('a', 1))).toEqual([1]);
    expect(seen).toEqual([]);
  });

  it('refuses to start with a handler of requests, which it would never call', async () => {
    @Controller()
    class Answering {
      @MessagePattern('turn.query.spec')
      answer(): number {
        return 1;
      }
    }
    await expect(start(Answering, await provisioned())).rejects.toThrow('Bus.respond');
  });
});
