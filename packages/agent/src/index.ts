/** The containerised agent app. It cannot tell this machine from AWS. */
export { type AgentServer, type AgentServerOptions, createAgentServer } from './agent-server.ts';
export { type AgentOptions, createAgent, createModel, readEnvironment } from './create-agent.ts';
export { AgentFailure, type FailureDetail } from './failure.ts';
export { DEFAULT_LIMITS, type Limits } from './limits.ts';
export { createLineLog, type Log, type LogEntry } from './log.ts';
export { OFFLINE_PLANNER_ID, OfflinePlanner } from './offline-planner/offline-planner.ts';
export { planNext, type Situation, type Step, type ToolOutcome } from './offline-planner/plan.ts';
export { MAX_BODY_BYTES } from './request-body.ts';
