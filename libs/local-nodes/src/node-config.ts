/** What a TURN server's configuration is made of, whichever server it is. */
export interface NodeConfig {
  readonly nodeId: string;
  /** Of this node alone, as `deriveNodeSecret` makes it. */
  readonly secret: string;
  /** Those before, while credentials of theirs may be valid still. */
  readonly earlierSecrets?: readonly string[] | undefined;
  readonly realm: string;
  /** Addresses of this machine to listen and relay on. */
  readonly listenIps: readonly string[];
  /** Where clients reach it when that differs: `public`, or `public/private` when there are several. */
  readonly externalIps: readonly string[];
  readonly port: number;
  readonly tls?: { readonly port: number; readonly certFile: string; readonly keyFile: string } | undefined;
  readonly relayPorts: { readonly min: number; readonly max: number };
  /** Peers that may be reached although `DENIED_PEERS` has them. */
  readonly allowedPeers: readonly string[];
  /** Whether the Prometheus exporter runs, on loopback. */
  readonly hasMetrics: boolean;
}
