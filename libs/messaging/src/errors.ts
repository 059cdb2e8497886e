/** An error an operator can act on: `code` is stable, `remedy` says what to do. */
export abstract class BusError extends Error {
  abstract readonly code: string;

  constructor(
    what: string,
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(`${what}. ${remedy}`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
  }
}

/** The options cannot lead to a connection, however long one tries. */
export class ConnectOptionsError extends BusError {
  constructor(
    readonly code: 'no-servers' | 'invalid-server' | 'unreadable-credentials' | 'unreadable-ca',
    what: string,
    remedy: string,
    cause?: unknown,
  ) {
    super(what, remedy, cause);
  }
}

export type ProvisionErrorCode =
  | 'no-jetstream'
  | 'subjects-taken'
  | 'not-enough-storage'
  | 'not-enough-servers'
  | 'not-changeable'
  | 'no-permission'
  | 'closed'
  | 'refused';

/** The stream or the state bucket could not be created or updated. */
export class ProvisionError extends BusError {
  constructor(
    readonly code: ProvisionErrorCode,
    what: string,
    remedy: string,
    cause?: unknown,
  ) {
    super(what, remedy, cause);
  }
}

/** A message was not put on the log, or it is not known whether it was. */
export class RecordError extends BusError {
  constructor(
    readonly code: 'aborted' | 'closed' | 'refused' | 'overtaken',
    subject: string,
    cause?: unknown,
  ) {
    const [what, remedy] = RECORD_TEXT[code];
    super(`The message on ${subject} ${what}`, remedy, cause);
  }
}

const RECORD_TEXT: Record<RecordError['code'], [string, string]> = {
  aborted: ['was given up before the log acknowledged it', 'Look at the link to NATS and its JetStream'],
  closed: ['was given up because the bus was closed', 'Record before closing'],
  refused: ['was refused by the log', 'Look at its size and at the limits of the stream'],
  overtaken: ['came after another that its sender had not seen', 'Read that one and decide anew'],
};

/** A part of the log could not be read. */
export class LogReadError extends BusError {
  constructor(
    readonly code: 'no-log' | 'no-jetstream' | 'refused' | 'invalid-window' | 'closed',
    cause?: unknown,
  ) {
    const [what, remedy] = LOG_READ_TEXT[code];
    super(what, remedy, cause);
  }
}

const LOG_READ_TEXT: Record<LogReadError['code'], [string, string]> = {
  'no-log': [
    'There is no log to read',
    'Start a router or spillway start, which create it, or choose the right NATS',
  ],
  'no-jetstream': [
    'The NATS server offers no JetStream',
    'Start nats-server with -js (or a jetstream block) and enable it for the account',
  ],
  refused: [
    'NATS refused to let the log be read',
    'Grant the account the rights of a reader of the stream TURN_LOG',
  ],
  'invalid-window': ['The window ends before it begins', 'Ask for one that begins first'],
  closed: ['The log was not read to the end', 'Read before closing the bus'],
};

export type RequestErrorCode = 'no-responders' | 'timeout' | 'link-down' | 'responder-failed' | 'refused';

export class RequestError extends BusError {
  constructor(
    readonly code: RequestErrorCode,
    subject: string,
    cause?: unknown,
  ) {
    const [what, remedy] = REQUEST_TEXT[code];
    super(`The request on ${subject} ${what}`, remedy, cause);
  }
}

const REQUEST_TEXT: Record<RequestErrorCode, [string, string]> = {
  'no-responders': ['found nobody to answer it', 'Start a process that answers it'],
  timeout: ['was not answered in time', 'Look at the load of those who answer it'],
  'link-down': ['could not be sent without a link to NATS', 'Look at the NATS server and at NATS_URL'],
  'responder-failed': ['made its responder fail', 'Look at the log of the responder'],
  refused: ['could not be sent', 'Look at its subject and size'],
};

/** Another writer was faster: read again, then decide again. */
export class RevisionConflictError extends BusError {
  readonly code = 'revision-conflict';
  constructor(
    readonly key: string,
    readonly revision: number | undefined,
    cause?: unknown,
  ) {
    const expected = revision === undefined ? 'not to exist' : `at revision ${revision}`;
    super(`"${key}" was expected ${expected} and is not so`, 'Read it again and decide anew', cause);
  }
}

export class StateError extends BusError {
  constructor(
    readonly code: 'unavailable' | 'not-provisioned' | 'unreadable',
    key: string,
    cause?: unknown,
  ) {
    super(`"${key}" could not be read or written`, STATE_REMEDY[code], cause);
  }
}

const STATE_REMEDY: Record<StateError['code'], string> = {
  unavailable: 'Look at the link to NATS and its JetStream',
  'not-provisioned': 'Provision the state bucket first',
  unreadable: 'It is not JSON: somebody else wrote it, put it right by hand',
};
