export { addBeat, beatBetween, type Beat } from './beat.js';
export { asyncApiDocument } from './asyncapi.js';
export { TOKEN_PATTERN, timestampMs, timestampSchema, tokenSchema } from './token.js';
export {
  InvalidTokenError,
  ISSUED_SUBJECTS,
  LOG_SUBJECTS,
  parseSubject,
  POLICY_SUBJECT,
  AUTOSCALER_QUEUE,
  COMMAND_SUBJECTS,
  ENROL_QUEUE,
  HEARTBEAT_SUBJECTS,
  QUERY_ENROL,
  SYNTHETIC_LOAD_SUBJECTS,
  QUERY_ICE_SERVERS,
  QUERY_NODE_COMMAND,
  ROUTER_QUEUE,
  subjectOf,
  syntheticLoadSubject,
  type Address,
} from './subjects.js';
export {
  AUTOSCALER_LEASE_KEY,
  DEFAULT_RETENTION,
  joinRecordKey,
  regionControlKey,
  ISSUED_WINDOW_SECONDS,
  LOG_STREAM,
  POLICY_KEY,
  STATE_BUCKET,
  type LogRetention,
} from './stream.js';
export { heartbeatSchema, NODE_KINDS, NODE_STATES, type Heartbeat, type NodeLifecycle } from './heartbeat.js';
export {
  COMMAND_ORIGINS,
  commandSchema,
  leaseSchema,
  loadPerCredentialSchema,
  MAX_LOAD_PER_CREDENTIAL,
  PLAN_ORDER_PREFIX,
  nodeCommandAnswerSchema,
  nodeCommandRequestSchema,
  originsSchema,
  overloadSchema,
  regionControlSchema,
  SCALE_OUTCOMES,
  scaleReasonSchema,
  scaleSchema,
  spilloverSchema,
  type Command,
  type Lease,
  type LoadPerCredential,
  type NodeCommandAnswer,
  type NodeCommandRequest,
  type Origins,
  type Overload,
  type RegionControl,
  type Scale,
  type ScaleReason,
  type Spillover,
} from './control.js';
export { CLOUD_REGIONS, CLOUDS, type RegionPlace } from './cloud-regions.js';
export {
  WEEKDAYS,
  type ProviderKind,
  type ProviderPolicy,
  type RegionScaling,
  type ScheduleWindow,
} from './policy-scaling.js';
export { keyHashSchema, SCOPES, type Scope, type TenantPolicy } from './policy-tenants.js';
export {
  decisionId,
  REFUSAL_CODES,
  type Asked,
  type Basis,
  type DecisionRecord,
  type RefusalCode,
  type RefusalRecord,
  type RouterStep,
  type WrittenDecision,
  type WrittenRefusal,
} from './decision.js';
export {
  decisionExplanationSchema,
  NODE_RULES,
  REGION_OBSTACLES,
  type DecisionExplanation,
  type DecisionVerdict,
  type DerivedDecision,
  type ExplainedDecision,
  type ExplainedNode,
  type ExplainedRegion,
} from './explanation.js';
export { issuedSchema, MAX_DECISIONS_PER_BATCH, type Issued, type WrittenIssued } from './issued.js';
export { PLACEMENT_REASONS, type PlacementReason } from './placement-reason.js';
export {
  CONTINENTS,
  policyDocumentSchema,
  policySchema,
  storedPolicySchema,
  STRATEGY_NAMES,
  type Continent,
  type PolicyAnnouncement,
  type PolicyDocument,
  type StrategyName,
} from './policy.js';
export { MAX_RAMP_SECONDS } from './policy-load.js';
export type { RegionPolicy } from './policy-regions.js';
export {
  iceServersAnswerSchema,
  iceServersRequestSchema,
  isUsualRequest,
  MAX_COUNT,
  TRANSPORTS,
  type IceServer,
  type IceServersAnswer,
  type IceServersRequest,
  type Transport,
} from './ice-servers.js';
export {
  syntheticLoadAnswerSchema,
  syntheticLoadSchema,
  type SyntheticLoad,
  type SyntheticLoadAnswer,
} from './synthetic.js';
export {
  firstFault,
  problemOf,
  problemSchema,
  remedyOf,
  PROBLEMS,
  type Fault,
  type Problem,
  type ProblemCode,
} from './problem.js';
export {
  MAX_PAYLOAD_BYTES,
  parseEvent,
  parsePayload,
  REJECTION_REASONS,
  type LogEntry,
  type LogEvent,
  type ParsedEvent,
  type RejectionReason,
} from './event.js';
export { EventReader } from './event-reader.js';
export {
  ENROL_PROBLEMS,
  enrolAnswerSchema,
  enrolAskSchema,
  enrolGrantSchema,
  enrolRequestSchema,
  joinRecordSchema,
  type EnrolAnswer,
  type EnrolAsk,
  type EnrolGrant,
  type EnrolProblem,
  type EnrolRequest,
  type JoinRecord,
} from './enrolment.js';
export { SHADOW_POLICY_KEY, shadowPolicySchema, type ShadowPolicy } from './shadow.js';
export { writtenPayload, type KnownPayload, type WrittenPayload } from './written-payload.js';
export { ICE_PROTO } from './proto.js';
