import { createHash } from 'node:crypto';
import type { Inventory } from '@spillway/scaling';
import { z } from 'zod';
import { providerCall } from '../provider-call.js';
import type { SettingsOf } from '../provider-definition.js';
import { ProviderError } from '../provider-error.js';
import type { Group, Provider } from '../provider.js';
import { send, type EndpointOptions } from './endpoint.js';
import { explainWebhookError } from './explain.js';

type WebhookGroup = Group<SettingsOf<'webhook'>>;

/** What the receiver is asked to bring about. Absolute: told twice it does what it does once. */
type Step =
  | { readonly action: 'grow'; readonly desired: number }
  | { readonly action: 'end'; readonly instanceIds: readonly string[]; readonly desired: number };

const inventorySchema = z.object({
  instances: z
    .array(
      z.object({
        instanceId: z.string().min(1).max(128),
        phase: z.enum(['booting', 'running', 'ending']),
      }),
    )
    .max(10_000),
});

/** Instances of somebody else's making: an HTTP endpoint is told what there shall be, and asked what there is. */
export class WebhookProvider implements Provider<SettingsOf<'webhook'>> {
  readonly kind = 'webhook';

  /** @param prepare may throw, which every call throws then */
  constructor(private readonly prepare: () => EndpointOptions) {}

  async inventory({ region, settings }: WebhookGroup, signal: AbortSignal): Promise<Inventory> {
    const what = `asking for the instances of ${region}`;
    return providerCall(
      what,
      signal,
      async () => {
        const url = new URL(settings.url);
        url.searchParams.set('region', region);
        const text = await send({ method: 'GET', url: url.href }, this.prepare(), signal);
        const parsed = inventorySchema.safeParse(tryParse(text));
        if (parsed.success) return parsed.data;
        throw notUnderstood(region, parsed.error);
      },
      explainWebhookError,
    );
  }

  async grow(group: WebhookGroup, desired: number, signal: AbortSignal): Promise<void> {
    await this.#tell(group, { action: 'grow', desired }, signal);
  }

  async end(
    group: WebhookGroup,
    instanceIds: readonly string[],
    desired: number,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#tell(group, { action: 'end', instanceIds, desired }, signal);
  }

  async #tell({ region, settings, fence }: WebhookGroup, step: Step, signal: AbortSignal): Promise<void> {
    const { generation, revision } = fence;
    const content = { ...step, region, generation, revision };
    // The same for the same step of the same plan however often one leader sends it. The next leader's is another, so
    // that a receiver which answers a known key from memory hears of the generation that fences the last one.
    const id = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);
    const body = JSON.stringify({ ...content, id });
    const what = `telling the webhook of ${region} to ${step.action}`;
    const request = { method: 'POST', url: settings.url, body, key: id } as const;
    const sent = async () => send(request, this.prepare(), signal);
    await providerCall(what, signal, sent, explainWebhookError);
  }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notUnderstood(region: string, error: z.ZodError): ProviderError {
  const [issue] = error.issues;
  return new ProviderError(
    'refused',
    `The answer for the instances of ${region} is not understood: ${issue?.path.join('.')} ${issue?.message}`,
    'Let the receiver answer {"instances": [{"instanceId": "…", "phase": "booting" | "running" | "ending"}]}',
  );
}
