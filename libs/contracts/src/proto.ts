import { fileURLToPath } from 'node:url';

/** The service definition every gRPC client and server of Spillway loads. */
export const ICE_PROTO = {
  path: fileURLToPath(new URL('../proto/spillway/v1/ice.proto', import.meta.url)),
  package: 'spillway.v1',
} as const;
