/** What may stand in a subject as it is. */
const TOKENS = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

/**
 * Under which subjects the owner of a `.creds` file listens for answers: `_INBOX.<name>`, by the name in its JWT, so
 * that rights can let it listen there and nowhere else. `undefined`, which is `_INBOX`, for a name that is no subject.
 */
export function inboxPrefixOf(credentials: string): string | undefined {
  const [, payload = ''] = /^[\w-]+\.([\w-]+)\.[\w-]+$/m.exec(credentials) ?? [];
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const { name } = claims as { readonly name?: unknown };
    return typeof name === 'string' && TOKENS.test(name) ? `_INBOX.${name}` : undefined;
  } catch {
    return undefined;
  }
}
