/** Points of a chart at most: about as many as a screen has pixels for it. Even. */
export const MAX_POINTS = 600;

type Join = (a: number, b: number) => number;

/** One value per point of a chart; what falls on the same point is joined. `NaN`: nothing did. */
export class Column {
  readonly values = new Float64Array(MAX_POINTS).fill(Number.NaN);

  constructor(private readonly join: Join) {}

  add(point: number, value: number): void {
    const present = this.values[point] ?? Number.NaN;
    this.values[point] = Number.isNaN(present) ? value : this.join(present, value);
  }

  /** The value of a point; 0 where there is none, and before the first. */
  countAt(point: number): number {
    const value = this.values[point] ?? 0;
    return Number.isNaN(value) ? 0 : value;
  }

  /** Joins neighbouring points: the chart has room for as much time again. */
  halve(): void {
    const { values } = this;
    for (let i = 0; i < MAX_POINTS / 2; i++) {
      const [a = Number.NaN, b = Number.NaN] = [values[2 * i], values[2 * i + 1]];
      if (Number.isNaN(a)) values[i] = b;
      else values[i] = Number.isNaN(b) ? a : this.join(a, b);
    }
    values.fill(Number.NaN, MAX_POINTS / 2);
  }
}

export const sum: Join = (a, b) => a + b;
export const most: Join = Math.max;
export const least: Join = Math.min;
