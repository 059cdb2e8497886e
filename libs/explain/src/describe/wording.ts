/** 81.2 %. */
export function percent(share: number): string {
  return `${round(share * 100)} %`;
}

/** 9.4 ms, 120 ms. */
export function ms(value: number): string {
  return `${Math.abs(value) < 10 ? round(value) : Math.round(value).toLocaleString('en')} ms`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** To the second, UTC. */
export function time(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** a, b and c. */
export function list(items: readonly string[], joint = 'and'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${joint} ${items.at(-1)}`;
}

const COUNTRIES = new Intl.DisplayNames(['en'], { type: 'region' });

/** Germany; the code itself of one that is none. */
export function country(code: string): string {
  return COUNTRIES.of(code) ?? code;
}

export function place(lat: number, lon: number): string {
  return `${Math.abs(lat)}° ${lat < 0 ? 'S' : 'N'}, ${Math.abs(lon)}° ${lon < 0 ? 'W' : 'E'}`;
}
