export {
  createDirectory,
  encodeAccounts,
  newAccountKey,
  type AccountJwts,
  type Directory,
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
export { ACCOUNT_OF, nameOf, ROLES, tagsOf, type AccountName, type Identity, type Role } from './roles.js';
export { renderAccounts } from './server-config.js';
