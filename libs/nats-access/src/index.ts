export {
  createDirectory,
  encodeAccounts,
  newAccountKey,
  type AccountJwts,
  type NewDirectory,
  type NewKey,
} from './accounts.js';
export {
  issueCredentials,
  issueSystemCredentials,
  signUser,
  type Issued,
  type IssueOptions,
} from './credentials.js';
export { readClaims, type Claims } from './claims.js';
export { directorySchema, type Directory } from './directory.js';
export { issueJoinToken, joinName, parseJoinToken, type JoinTerms, type JoinToken } from './join-token.js';
export {
  isSignedBy,
  newSealKey,
  newUserKey,
  publicKeyOf,
  readCredentials,
  sealTo,
  signText,
  toCredentials,
  type Sealed,
  type SealKey,
} from './keys.js';
export { readPass, type Pass, type PassProblem } from './pass.js';
export { ACCOUNT_OF, nameOf, ROLES, tagsOf, type AccountName, type Identity, type Role } from './roles.js';
export { renderAccounts } from './server-config.js';
