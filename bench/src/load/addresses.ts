/** Addresses of clients anywhere, `count` of them, the same ones every time. */
export function clientAddresses(count: number, seed: number): string[] {
  let state = seed >>> 0;
  const octet = (from: number, to: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return from + Math.floor((state / 2 ** 32) * (to - from + 1));
  };
  // What these begin with is public but for a few networks, which have no place.
  return Array.from({ length: count }, () =>
    [octet(11, 126), octet(0, 255), octet(0, 255), octet(1, 254)].join('.'),
  );
}
