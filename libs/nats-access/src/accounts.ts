import {
  createAccount,
  createOperator,
  encodeAccount,
  encodeOperator,
  fromSeed,
  newScopedSigner,
  type Account,
  type Export,
  type Import,
} from '@nats-io/jwt';
import {
  COMMAND_SUBJECTS,
  HEARTBEAT_SUBJECTS,
  QUERY_ENROL,
  SYNTHETIC_LOAD_SUBJECTS,
} from '@spillway/contracts';
import type { Directory } from './directory.js';
import { GET_MESSAGE, NODES_GET_MESSAGE, templateOf } from './rights.js';
import { ACCOUNT_OF, ROLES, type AccountName, type Role } from './roles.js';

/** A new key: `seed` is secret, `id` its public half. */
export interface NewKey {
  readonly seed: string;
  readonly id: string;
}

export interface NewDirectory {
  readonly directory: Directory;
  readonly operatorSeed: string;
  readonly systemSeed: string;
  readonly signerSeeds: Readonly<Record<Role, string>>;
}

/**
 * A new operator with its accounts and a signing key for each role. The keys of the two accounts themselves sign
 * nothing and are thrown away.
 */
export async function createDirectory(name: string): Promise<NewDirectory> {
  const operator = createOperator();
  const system = newAccountKey();
  const signers = ROLES.map((role) => [role, newAccountKey()] as const);
  const jwt = await encodeOperator(name, operator, { system_account: system.id });
  return {
    directory: {
      operator: { name, jwt },
      accounts: { system: system.id, control: newAccountKey().id, nodes: newAccountKey().id },
      signers: byRole(signers.map(([role, { id }]) => [role, [id]])),
      revocations: { control: {}, nodes: {} },
    },
    operatorSeed: text(operator.getSeed()),
    systemSeed: system.seed,
    signerSeeds: byRole(signers.map(([role, { seed }]) => [role, seed])),
  };
}

const byRole = <T>(entries: readonly (readonly [Role, T])[]) =>
  Object.fromEntries(entries) as Record<Role, T>;

/** Of an account, or of one who signs for it. */
export function newAccountKey(): NewKey {
  const key = createAccount();
  return { seed: text(key.getSeed()), id: key.getPublicKey() };
}

const text = (seed: Uint8Array) => new TextDecoder().decode(seed);

/** Of the accounts, as servers are to be told; `leafNodes` is the one of the nodes for servers at the edge. */
export type AccountJwts = Readonly<Record<AccountName | 'system' | 'leafNodes', string>>;

const UNLIMITED = {
  data: -1,
  payload: -1,
  subs: -1,
  imports: -1,
  exports: -1,
  conn: -1,
  leaf: -1,
  wildcards: true,
};
const JETSTREAM = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };

/** @param operatorSeed signs them. */
export async function encodeAccounts(directory: Directory, operatorSeed: string): Promise<AccountJwts> {
  const operator = { signer: fromSeed(new TextEncoder().encode(operatorSeed)) };
  const encode = (name: AccountName | 'system', account: WithMappings) =>
    encodeAccount(name.toUpperCase(), directory.accounts[name], account, operator);
  const nodes = accountOf('nodes', directory);
  return {
    system: await encode('system', { limits: UNLIMITED }),
    control: await encode('control', {
      ...accountOf('control', directory),
      limits: { ...UNLIMITED, ...JETSTREAM },
      exports: CONTROL_OFFERS,
      imports: imported(NODES_OFFER, directory.accounts.nodes),
    }),
    nodes: await encode('nodes', {
      ...nodes,
      exports: NODES_OFFER,
      imports: imported(CONTROL_OFFERS, directory.accounts.control, { [GET_MESSAGE]: NODES_GET_MESSAGE }),
    }),
    // With the imports here too, requests would end in this server's own, empty account of control.
    leafNodes: await encode('nodes', nodes),
  };
}

/** The library lets it through; its types do not name it. */
type WithMappings = Partial<Account> & {
  readonly mappings?: Readonly<Record<string, readonly { subject: string; weight: number }[]>>;
};

function accountOf(name: AccountName, { signers, revocations }: Directory): WithMappings {
  const roles = ROLES.filter((role) => ACCOUNT_OF[role] === name);
  return {
    limits: UNLIMITED,
    signing_keys: roles.flatMap((role) =>
      signers[role].map((id) => newScopedSigner(id, role, templateOf(role))),
    ),
    revocations: { ...revocations[name] },
    // JetStream's own subjects do not pass between a server at the edge and the others.
    ...(name === 'nodes' && { mappings: { [GET_MESSAGE]: [{ subject: NODES_GET_MESSAGE, weight: 100 }] } }),
  };
}

/** What control lets the nodes have, and they it. Nothing else passes between the two. */
const CONTROL_OFFERS: Export[] = [
  { name: 'commands', subject: COMMAND_SUBJECTS, type: 'stream' },
  { name: 'messages of the log', subject: GET_MESSAGE, type: 'service' },
  { name: 'enrolment', subject: QUERY_ENROL, type: 'service' },
];
const NODES_OFFER: Export[] = [
  { name: 'heartbeats', subject: HEARTBEAT_SUBJECTS, type: 'stream' },
  { name: 'made-up load', subject: SYNTHETIC_LOAD_SUBJECTS, type: 'service' },
];

/** @param renamed what a subject is called where it is imported, if not the same. */
const imported = (
  offers: readonly Export[],
  account: string,
  renamed: Readonly<Record<string, string>> = {},
): Import[] =>
  offers.map(({ name, subject, type }) => {
    const local = renamed[subject];
    const plain = { name, subject, type, account };
    return local === undefined ? plain : Object.assign(plain, { local_subject: local });
  });
