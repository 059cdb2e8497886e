import { secret, wholeNumber } from '@spillway/runtime';
import { defineProvider } from './provider-definition.js';
import { ProviderError } from './provider-error.js';
import { WebhookProvider } from './webhook/webhook-provider.js';

const BACKOFF_MS = 500;

/** An HTTP endpoint of one's own; docs/providers.md has its contract. */
export const webhook = defineProvider({
  kind: 'webhook',
  variables: {
    WEBHOOK_SECRET: secret(16)
      .optional()
      .describe('The secret shared with the receivers of webhooks; the provider webhook needs it'),
    WEBHOOK_TIMEOUT_MS: wholeNumber({ min: 100, max: 60_000 })
      .default(5_000)
      .describe('Milliseconds a receiver of webhooks has for one answer'),
  },
  create: ({ WEBHOOK_SECRET: shared, WEBHOOK_TIMEOUT_MS: timeoutMs }) =>
    new WebhookProvider(() => {
      if (shared !== undefined) return { secret: shared, timeoutMs, backoffMs: BACKOFF_MS };
      const remedy = 'Set WEBHOOK_SECRET or WEBHOOK_SECRET_FILE of the autoscaler to that of the receiver';
      throw new ProviderError('misconfigured', 'There is no secret to sign webhooks with', remedy);
    }),
});
