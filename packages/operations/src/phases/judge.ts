/**
 * In which phase of the roll-out a system is, by what it does: SigV4 only, then JWT at both doors, then policy in
 * LOG_ONLY, then ENFORCE. What is configured says what should be; a call says what is.
 * Source: AgentCore devguide, runtime-oauth, gateway-inbound-auth, policy-enforcement-modes.
 */
import type { PolicyMode } from '@secure-agent/contracts';

export const PHASES = ['sigv4', 'jwt', 'log_only', 'enforce'] as const;
export type Phase = (typeof PHASES)[number];

/** What a door did with a call. `unknown`: it was not asked, or nobody can say. */
export type Answer = 'accepted' | 'refused' | 'unknown';

export type Observations = {
  readonly runtimeAnonymous: Answer;
  readonly runtimeBearer: Answer;
  /** With an AWS signature of somebody who may call; `unknown` where IAM does not let them. */
  readonly runtimeSigned: Answer;
  readonly gatewayAnonymous: Answer;
  readonly gatewayBearer: Answer;
  readonly gatewaySigned: Answer;
  /** Of the gateway, by the control API; undefined without an engine. */
  readonly policyMode: PolicyMode | undefined;
  /** A call that the policies deny: `refused` by policy, `accepted` when it reached the tool. */
  readonly deniedCall: Answer;
};

export type Check = {
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
  readonly ok: boolean;
};

export type Verdict = {
  /** `unclear` where the doors contradict one another. */
  readonly phase: Phase | 'unclear';
  readonly checks: readonly Check[];
  /** Whether every check that could be made came out as the phase has it. */
  readonly ok: boolean;
  readonly next: string;
};

const OF_MODE = { LOG_ONLY: 'log_only', ENFORCE: 'enforce' } as const;

/** The gateway's bearer decides, and the runtime's may not contradict it. */
function phaseOf({ runtimeBearer, gatewayBearer, policyMode }: Observations): Phase | 'unclear' {
  const doors = [runtimeBearer, gatewayBearer].filter((answer) => answer !== 'unknown');
  const [first] = doors;
  if (first === undefined || doors.some((answer) => answer !== first)) return 'unclear';
  if (first === 'refused') return 'sigv4';
  return policyMode === undefined ? 'jwt' : OF_MODE[policyMode];
}

/** `unknown` passes where it is only a question not asked; an anonymous caller must have been seen refused. */
const compare = (what: string, expected: Answer | undefined, seen: Answer, must = false): Check => ({
  what,
  expected: expected ?? 'not asked',
  seen,
  ok: expected === undefined || seen === expected || (seen === 'unknown' && !must),
});

const MODE_IN: Readonly<Record<Verdict['phase'], string>> = {
  ...{ sigv4: 'no engine', jwt: 'no engine', unclear: 'any' },
  ...{ log_only: 'LOG_ONLY', enforce: 'ENFORCE' },
};

function modeCheck(phase: Verdict['phase'], mode: PolicyMode | undefined): Check {
  const expected = MODE_IN[phase];
  const seen = mode ?? 'no engine';
  return { what: 'policy mode of the gateway', expected, seen, ok: expected === 'any' || seen === expected };
}

function checksOf(phase: Verdict['phase'], seen: Observations): readonly Check[] {
  // A door takes tokens or signatures, never both (devguide runtime-oauth, gateway-inbound-auth).
  const signed = phase === 'sigv4';
  const bearer = signed ? 'refused' : 'accepted';
  const signature = signed ? 'accepted' : 'refused';
  const policy = phase === 'enforce' || phase === 'log_only' || phase === 'jwt';
  const denied = phase === 'enforce' ? 'refused' : 'accepted';
  return [
    compare('runtime, nobody signed in', 'refused', seen.runtimeAnonymous, true),
    compare("runtime, a person's token", bearer, seen.runtimeBearer),
    compare('runtime, an AWS signature', signature, seen.runtimeSigned),
    compare('gateway, nobody signed in', 'refused', seen.gatewayAnonymous, true),
    compare("gateway, a machine's token", bearer, seen.gatewayBearer),
    compare('gateway, an AWS signature', signature, seen.gatewaySigned),
    modeCheck(phase, seen.policyMode),
    compare('a call that policy denies', policy ? denied : undefined, seen.deniedCall, phase === 'enforce'),
  ];
}

const NEXT: Readonly<Record<Verdict['phase'], string>> = {
  sigv4:
    'When this is as it should be, set phases of this stage to "jwt" in secure-agent.config.json and deploy.',
  jwt: 'Set this stage to LOG_ONLY in policies/rollout.json, take it out of phases in secure-agent.config.json and deploy.',
  log_only:
    'Let everybody use it, then run npm run promote: it reads the decisions and says what is missing.',
  enforce: 'Nothing: this is the last phase.',
  unclear: 'The two doors are not in the same phase. Deploy again, then look once more.',
};

/** Judges what was seen. Pure: the calls are the caller's. */
export function judge(seen: Observations): Verdict {
  const phase = phaseOf(seen);
  const checks = checksOf(phase, seen);
  const failed = checks.find(({ ok }) => !ok);
  const next =
    failed === undefined || phase === 'unclear'
      ? NEXT[phase]
      : `Not as this phase has it: ${failed.what} is ${failed.seen}, not ${failed.expected}. Mend that first.`;
  return { phase, checks, ok: failed === undefined && phase !== 'unclear', next };
}
