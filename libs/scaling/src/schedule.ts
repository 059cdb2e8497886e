import { WEEKDAYS, type ScheduleWindow } from '@spillway/contracts';

type Weekday = (typeof WEEKDAYS)[number];

interface LocalTime {
  readonly day: Weekday;
  /** Minutes since local midnight, as clocks on the wall show it. */
  readonly minute: number;
}

/**
 * Says what the clocks of a region show. Making a formatter is slow, so they are kept, one per time zone.
 */
export class WallClocks {
  private readonly formats = new Map<string, Intl.DateTimeFormat>();

  /** @param nowMs milliseconds since the epoch. */
  read(timeZone: string, nowMs: number): LocalTime {
    const parts = new Map(
      this.formatOf(timeZone)
        .formatToParts(nowMs)
        .map(({ type, value }) => [type, value]),
    );
    const name = parts.get('weekday')?.toLowerCase();
    const day = WEEKDAYS.find((weekday) => weekday === name) ?? 'mon';
    return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
  }

  private formatOf(timeZone: string): Intl.DateTimeFormat {
    const kept = this.formats.get(timeZone);
    if (kept) return kept;
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    this.formats.set(timeZone, format);
    return format;
  }
}

/**
 * The nodes a region has at least by its schedule: the most that any window open now asks for, 0 with none.
 *
 * Windows are in time of the wall: an hour that a change of clocks skips is not there, one that comes twice is
 * there twice.
 */
export function scheduledMin(
  windows: readonly ScheduleWindow[],
  nowMs: number,
  clocks: WallClocks = new WallClocks(),
): number {
  let min = 0;
  for (const window of windows) {
    if (window.min > min && isOpen(window, clocks.read(window.timeZone, nowMs))) min = window.min;
  }
  return min;
}

function isOpen({ days, from, to }: ScheduleWindow, { day, minute }: LocalTime): boolean {
  const opens = minuteOf(from);
  const closes = minuteOf(to);
  if (opens < closes) return days.includes(day) && minute >= opens && minute < closes;
  // Past midnight it is still the window of the day it began on.
  return (days.includes(day) && minute >= opens) || (days.includes(dayBefore(day)) && minute < closes);
}

function minuteOf(timeOfDay: string): number {
  const [hours, minutes] = timeOfDay.split(':');
  return Number(hours) * 60 + Number(minutes);
}

function dayBefore(day: Weekday): Weekday {
  return WEEKDAYS[(WEEKDAYS.indexOf(day) + 6) % 7] ?? day;
}
