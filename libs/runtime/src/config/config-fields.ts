import { z } from 'zod';

/** The text a field is made of: surrounding space never counts. */
const trimmed = z.string().trim();

/** Any text that is not empty. */
export const text = () => trimmed.min(1);

/** A whole number in digits, `1000000` or `1e6`. */
export function wholeNumber(bounds: { min: number; max?: number }) {
  const max = bounds.max ?? Number.MAX_SAFE_INTEGER;
  const message =
    bounds.max === undefined
      ? `must be a whole number, ${bounds.min} or more`
      : `must be a whole number from ${bounds.min} to ${max}`;
  return trimmed
    .regex(/^-?\d+(?:e\d{1,2})?$/i, message)
    .transform(Number)
    .pipe(z.number().int(message).min(bounds.min, message).max(max, message));
}

/** A TCP or UDP port. */
export const port = () => wholeNumber({ min: 1, max: 65_535 });

/** `true` or `false`. */
export const flag = () =>
  trimmed
    .refine((value) => value === 'true' || value === 'false', 'must be true or false')
    .transform((value) => value === 'true');

/** Values between commas, each read by `item`. */
export const commaList = <T>(item: z.ZodType<T, string>) =>
  trimmed
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item).min(1, 'must name at least one value'));

/** `host:port`; an IPv6 address stands in brackets. */
export const hostAndPort = () =>
  trimmed.transform((value, context) => {
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(value);
    const host = match?.[1] ?? match?.[2];
    const port = Number(match?.[3]);
    if (host !== undefined && port >= 1 && port <= 65_535) return { host, port };
    context.addIssue({ code: 'custom', message: 'must be host:port, such as 127.0.0.1:3478' });
    return z.NEVER;
  });

/** The URL of an HTTP server. Without credentials: a URL turns up in messages. */
export const httpUrl = () =>
  trimmed.refine(isPlainHttpUrl, 'must be an http:// or https:// URL without a user name or password');

function isPlainHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}

/** A value that is never printed and can be read from the file that `<NAME>_FILE` names. */
export const secret = (minLength = 1) =>
  trimmed.min(minLength, `must have ${minLength} characters or more`).meta({ secret: true });
