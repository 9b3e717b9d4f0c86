/** Points in time that conditions tell apart. */
import type { Literal } from './literal.ts';

/** Milliseconds. */
export const DAY = 86_400_000;

/** Noon of a Thursday: the clock where no condition asks for it. */
export const DEFAULT_NOW = Date.UTC(2026, 0, 15, 12);

const startOfDay = (time: number): number => Math.floor(time / DAY) * DAY;
const timeOfDay = (duration: number): number => ((duration % DAY) + DAY) % DAY;

/** Last and first millisecond of what ECMAScript calls a time; Cedar's datetime holds more. */
const isTime = (time: number): boolean => Math.abs(time) <= 8.64e15;

/**
 * Every datetime, and every time of day on some day and on the days of the datetimes and around them.
 * @param literals - a duration among them is a time of day.
 */
export function instants(literals: readonly Literal[]): readonly number[] {
  const points = literals.flatMap((one) => (one.type === 'datetime' && isTime(one.value) ? [one.value] : []));
  const times = literals.flatMap((one) => (one.type === 'duration' ? [timeOfDay(one.value)] : []));
  const own = [...new Set(points.map(startOfDay))];
  const days = new Set([startOfDay(DEFAULT_NOW), ...own.flatMap((day) => [day - DAY, day, day + DAY])]);
  const crossed = [...days].flatMap((day) => times.map((time) => day + time));
  return [...new Set([...points, ...crossed])].filter(isTime).toSorted((a, b) => a - b);
}
