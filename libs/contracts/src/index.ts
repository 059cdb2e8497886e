export { asyncApiDocument } from './asyncapi.js';
export { TOKEN_PATTERN, timestampSchema, tokenSchema } from './token.js';
export {
  InvalidTokenError,
  ISSUED_SUBJECTS,
  LOG_SUBJECTS,
  parseSubject,
  POLICY_SUBJECT,
  QUERY_ICE_SERVERS,
  ROUTER_QUEUE,
  subjectOf,
  type Address,
} from './subjects.js';
export {
  DEFAULT_RETENTION,
  ISSUED_WINDOW_SECONDS,
  LOG_STREAM,
  POLICY_KEY,
  STATE_BUCKET,
  type LogRetention,
} from './stream.js';
export { heartbeatSchema, NODE_KINDS, NODE_STATES, type Heartbeat, type NodeLifecycle } from './heartbeat.js';
export {
  commandSchema,
  overloadSchema,
  scaleSchema,
  spilloverSchema,
  type Command,
  type Overload,
  type Scale,
  type Spillover,
} from './control.js';
export {
  decisionRecordSchema,
  issuedSchema,
  MAX_DECISIONS_PER_BATCH,
  PLACEMENT_REASONS,
  type DecisionRecord,
  type Issued,
  type PlacementReason,
} from './issued.js';
export {
  CONTINENTS,
  MAX_RAMP_SECONDS,
  policyDocumentSchema,
  policySchema,
  storedPolicySchema,
  STRATEGY_NAMES,
  type Continent,
  type PolicyAnnouncement,
  type PolicyDocument,
  type RegionPolicy,
  type StrategyName,
} from './policy.js';
export {
  iceServersAnswerSchema,
  iceServersRequestSchema,
  MAX_COUNT,
  TRANSPORTS,
  type IceServer,
  type IceServersAnswer,
  type IceServersRequest,
  type Transport,
} from './ice-servers.js';
export { problemSchema, PROBLEMS, type Problem, type ProblemCode } from './problem.js';
export {
  MAX_PAYLOAD_BYTES,
  parseEvent,
  REJECTION_REASONS,
  type LogEntry,
  type LogEvent,
  type ParsedEvent,
  type RejectionReason,
} from './event.js';
export { ICE_PROTO } from './proto.js';
