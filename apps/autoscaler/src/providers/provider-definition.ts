import type { ProviderKind, ProviderPolicy } from '@spillway/contracts';
import type { z } from 'zod';
import type { Provider } from './provider.js';

export type SettingsOf<Kind extends ProviderKind> = Extract<ProviderPolicy, { kind: Kind }>;

/** What every provider may know of the autoscaler's own configuration. */
export interface AutoscalerAccess {
  readonly NATS_URL: string;
  readonly NATS_CREDENTIALS?: string | undefined;
  readonly NATS_CA?: string | undefined;
}

/** An object schema without fields infers as one that must not have any. */
type ConfigOf<Variables extends z.ZodRawShape> = keyof Variables extends never
  ? unknown
  : z.infer<z.ZodObject<Variables>>;

/** A provider as the registry knows it: its variables, and how to make one of them. */
export interface ProviderDefinition<Kind extends ProviderKind, Variables extends z.ZodRawShape> {
  readonly kind: Kind;
  readonly variables: Variables;
  /** Does no I/O, and loads no client library before it is used: most processes need one kind. */
  create(config: ConfigOf<Variables> & AutoscalerAccess): Provider<SettingsOf<Kind>>;
}

/** Ties the type of `create`'s argument to the variables. */
export const defineProvider = <Kind extends ProviderKind, Variables extends z.ZodRawShape>(
  definition: ProviderDefinition<Kind, Variables>,
): ProviderDefinition<Kind, Variables> => definition;
