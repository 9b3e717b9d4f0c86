/** Tags of resources, kept by ARN. */
import type { Control } from '../control.ts';
import { invalid, notFound } from '../control-error.ts';
import { tagMap } from '../records/common.ts';
import type { ControlState } from '../records/state.ts';

type Tags = Readonly<Record<string, string>>;

/** ARNs of what can be tagged: not targets, nor policies. */
function taggableArns(state: ControlState): ReadonlySet<string> {
  return new Set([
    ...Object.values(state.gateways).map(({ gatewayArn }) => gatewayArn),
    ...Object.values(state.runtimes).map(({ agentRuntimeArn }) => agentRuntimeArn),
    ...Object.values(state.endpoints).map(({ agentRuntimeEndpointArn }) => agentRuntimeEndpointArn),
    ...Object.values(state.policyEngines).map(({ policyEngineArn }) => policyEngineArn),
    ...Object.values(state.workloadIdentities).map(({ workloadIdentityArn }) => workloadIdentityArn),
    ...Object.values(state.oauth2Providers).map(({ credentialProviderArn }) => credentialProviderArn),
    ...Object.values(state.apiKeyProviders).map(({ credentialProviderArn }) => credentialProviderArn),
  ]);
}

/** The state with a resource's tags set; none are no entry. */
export function withTags(state: ControlState, arn: string, tags: Tags): ControlState {
  const others = Object.entries(state.tags).filter(([name]) => name !== arn);
  const mine: [string, Record<string, string>][] = Object.keys(tags).length === 0 ? [] : [[arn, { ...tags }]];
  return { ...state, tags: Object.fromEntries([...others, ...mine]) };
}

/** @throws ControlError `ResourceNotFoundException`. */
export function tagsOf(control: Control, arn: string): Tags {
  const state = control.read();
  if (!taggableArns(state).has(arn)) throw notFound('Resource');
  return Object.hasOwn(state.tags, arn) ? (state.tags[arn] ?? {}) : {};
}

function checked(tags: Tags): Tags {
  const parsed = tagMap.safeParse(tags);
  if (parsed.success) return parsed.data;
  throw invalid(`tags: ${parsed.error.issues[0]?.message ?? 'are not valid'}`);
}

/** @throws ControlError. */
export function tagResource(control: Control, arn: string, tags: Tags): void {
  const next = checked({ ...tagsOf(control, arn), ...tags });
  control.change((state) => withTags(state, arn, next));
}

/** @throws ControlError. */
export function untagResource(control: Control, arn: string, keys: readonly string[]): void {
  const left = Object.entries(tagsOf(control, arn)).filter(([key]) => !keys.includes(key));
  control.change((state) => withTags(state, arn, Object.fromEntries(left)));
}
