export { deriveNodeSecret, mintCredential, type TurnCredential } from './credential.js';
export { HmacKeys, HmacSha1 } from './hmac-sha1.js';
export { masterOf, type MasterSecrets } from './master-secrets.js';
export { turnUser, userHash } from './user.js';
export {
  formatTurnUri,
  parseTurnUri,
  portOf,
  stunUriOf,
  transportOf,
  type TurnTransport,
  type TurnUri,
} from './uri.js';
export { STUN_METHOD, type StunClass, type StunMessage, type TransportAddress } from './stun/message.js';
export {
  encodeAllocateRequest,
  encodeBindingRequest,
  encodeCreatePermissionRequest,
  encodeRefreshRequest,
  type AllocateOptions,
  type CreatePermissionOptions,
  type RefreshOptions,
} from './stun/encode.js';
export {
  challengeOf,
  decodeStunMessage,
  errorOf,
  lifetimeOf,
  mappedAddressOf,
  relayedAddressOf,
  softwareOf,
  stunMessageBytes,
  type StunError,
} from './stun/decode.js';
export { hasIntegrity, longTermKey, type LongTermCredential } from './stun/integrity.js';
