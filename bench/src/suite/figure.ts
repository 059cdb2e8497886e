/** What a figure has to be. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** One thing that was measured. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  /** Of the value; nothing for a ratio. */
  readonly unit?: string;
  readonly target?: Target;
  /** What the value was made from, or compared with. */
  readonly detail?: string;
}

/** Whether a figure is what it has to be; `undefined` where it does not have to be anything. */
export function isMet({ value, target }: Figure): boolean | undefined {
  if (target === undefined) return undefined;
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

/** As a table shows it: with as many digits as say something. */
export function showValue({ value, unit }: Pick<Figure, 'value' | 'unit'>): string {
  return unit === undefined ? showNumber(value) : `${showNumber(value)} ${unit}`;
}

export function showTarget(target: Target | undefined): string {
  if (target === undefined) return '';
  return 'atMost' in target ? `≤ ${showNumber(target.atMost)}` : `≥ ${showNumber(target.atLeast)}`;
}

export function showNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size < 100 && !Number.isInteger(value)
    ? value.toFixed(size < 10 ? 2 : 1)
    : Math.round(value).toLocaleString('en');
}
