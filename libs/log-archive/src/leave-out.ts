import { isIPv4, isIPv6 } from 'node:net';
import type { KnownPayload, PolicyAnnouncement, ProviderPolicy } from '@spillway/contracts';

/** What stands in the place of what was left out. */
export const LEFT_OUT = '[left out]';

/** What may not leave the system, wherever somebody wrote it. */
const PATTERNS: readonly RegExp[] = [
  // PEM
  /-----BEGIN [A-Z ]*-----[^]*?(?:-----END [A-Z ]*-----|$)/g,
  // a JSON Web Token, NATS credentials among them
  /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g,
  // an NKey seed
  /\bS[A-Z][A-Z2-7]{56}\b/g,
  // user and password of a URL
  /(?<=\/\/)[^\s/@]+@/g,
  // password=…, "token": …, MASTER_SECRET=…, SecretAccessKey: …, Authorization: Bearer …
  /(?:\b|(?<=_))(?:pass(?:word|wd)?|secret(?:[_-]?(?:access[_-]?)?key)?|token|credential|api[_-]?key|authorization)["']?\s*[:=]\s*["']?(?:(?:bearer|basic)\s+)?[^\s"',;]+/gi,
  /\bbearer\s+[^\s"',;]+/gi,
  // the user name of a time-limited TURN credential, and its HMAC-SHA1
  /\b\d{9,11}:[\w.-]{1,64}/g,
  /[A-Za-z0-9+/]{27}=/g,
  // the id of an AWS access key
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g,
  // an e-mail address
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
];

/** Whatever an address could be made of; a port may follow. */
const ADDRESS_LIKE = /[0-9A-Fa-f:.]*[0-9A-Fa-f][0-9A-Fa-f:.]*/g;

/** Members that hold no free text, or addresses of servers, which are no secret. */
const KNOWN_MEMBERS = new Set([
  'at',
  'since',
  'expiresAt',
  'id',
  'instanceId',
  'terminate',
  'versionFloor',
  'url',
]);

/** @returns the text without secrets, for who may see addresses; and how many there were. */
export function withoutSecrets(text: string): { text: string; count: number } {
  let count = 0;
  const replace = () => {
    count++;
    return LEFT_OUT;
  };
  let clean = text;
  for (const pattern of PATTERNS) clean = clean.replace(pattern, replace);
  return { text: clean, count };
}

/** @returns the text without secrets and addresses, and how many there were. */
export function cleanText(text: string): { text: string; count: number } {
  const clean = withoutSecrets(text);
  let { count } = clean;
  const replace = () => {
    count++;
    return LEFT_OUT;
  };
  return { text: clean.text.replace(ADDRESS_LIKE, (word) => (isAddress(word) ? replace() : word)), count };
}

function isAddress(word: string): boolean {
  const bare = word.replace(/[.:]+$/, '');
  return isIPv4(bare) || isIPv4(bare.replace(/:\d+$/, '')) || (bare.includes(':') && isIPv6(bare));
}

/**
 * Leaves out of a payload what has no place in a file that is handed on. By the design of the log there is nothing;
 * but people write reasons, and providers errors.
 *
 * 1. Heartbeats and decisions have no free text. Their addresses are those of servers.
 * 2. Of a policy, keys of tenants and what a provider needs to do its work are left out: no fold looks at them.
 * 3. Of everything else, texts are cleaned.
 *
 * @returns the payload and how many texts were cleaned.
 */
export function leaveOut({ kind, payload }: KnownPayload): { payload: unknown; count: number } {
  if (kind === 'heartbeat' || kind === 'issued') return { payload, count: 0 };
  let count = 0;
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const cleaned = cleanText(value);
      count += cleaned.count;
      return cleaned.text;
    }
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== 'object' || value === null) return value;
    return mapMembers(value, (member, name) => (KNOWN_MEMBERS.has(name) ? member : clean(member)));
  };
  const known = kind === 'policy' ? withoutKeys(payload) : payload;
  return { payload: clean(known), count };
}

function withoutKeys({ at, policy }: PolicyAnnouncement): object {
  const tenants = mapMembers(policy.tenants, (tenant) => ({ ...tenant, keys: [] }));
  const regions = mapMembers(policy.regions, ({ scaling, ...region }) => ({
    ...region,
    scaling: { ...scaling, provider: withoutMeans(scaling.provider) },
  }));
  return { at, policy: { ...policy, tenants, regions } };
}

/** Where a webhook is may be known; what stands behind the host may be a key. */
function withoutMeans(provider: ProviderPolicy): ProviderPolicy {
  if (provider.kind === 'docker') return { ...provider, env: {} };
  if (provider.kind === 'webhook') return { ...provider, url: new URL(provider.url).origin };
  return provider;
}

function mapMembers<T, U>(
  value: Readonly<Record<string, T>>,
  change: (member: T, name: string) => U,
): Record<string, U>;
function mapMembers(value: object, change: (member: unknown, name: string) => unknown): object;
function mapMembers(value: object, change: (member: never, name: string) => unknown): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, change(member as never, name)]),
  );
}
