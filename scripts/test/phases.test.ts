/** Going from one phase of the roll-out to the next replaces and removes nothing, let alone what holds state. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfiguredPhase } from '@secure-agent/contracts';
import { loadConfiguration, synthesize } from '@secure-agent/infra';
import { planOf, type Template } from '@secure-agent/operations';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../src/lib/paths.ts';
import { newFolder } from './support/folder.ts';

type Resources = NonNullable<Template['Resources']>;
type Mode = 'LOG_ONLY' | 'ENFORCE';

/** The stack of a stage in a phase, as `npm run deploy` synthesizes it. */
async function templateOf(mode: Mode, phase: ConfiguredPhase = 'policy'): Promise<Template> {
  const policyFolder = join(newFolder(), 'policies');
  cpSync(join(ROOT, 'policies'), policyFolder, { recursive: true });
  writeFileSync(join(policyFolder, 'rollout.json'), JSON.stringify({ stages: { dev: { mode } } }));
  const configuration = { ...loadConfiguration(), phases: { dev: phase } };
  const options = { outdir: newFolder(), stage: 'dev', policyFolder, configuration, checks: false };
  const { assemblyFolder, stackName } = await synthesize(options);
  return JSON.parse(readFileSync(join(assemblyFolder, `${stackName}.template.json`), 'utf8'));
}

/** A copy with the resources of a type changed; fails where there is none. */
function changed(
  template: Template,
  type: string,
  change: (properties: Record<string, unknown>) => void,
): Template {
  const copy = structuredClone(template);
  const found = Object.values(copy.Resources ?? {}).filter((one) => one.Type === type);
  if (found.length === 0) throw new Error(`the template has no ${type}`);
  for (const one of found) change(one.Properties as Record<string, unknown>);
  return copy;
}

const GATEWAY = 'AWS::BedrockAgentCore::Gateway';
const POLICY = 'AWS::BedrockAgentCore::Policy';
const ROLE_POLICY = 'AWS::IAM::Policy';
const RUNTIME = 'AWS::BedrockAgentCore::Runtime';

let phases: Readonly<Record<'sigv4' | 'jwt' | 'log_only' | 'enforce', Template>>;
beforeAll(async () => {
  phases = {
    sigv4: await templateOf('LOG_ONLY', 'sigv4'),
    jwt: await templateOf('LOG_ONLY', 'jwt'),
    log_only: await templateOf('LOG_ONLY'),
    enforce: await templateOf('ENFORCE'),
  };
});

const idsOf = ({ Resources = {} }: Template): readonly string[] => Object.keys(Resources).toSorted();

const STEPS = [
  ['sigv4', 'jwt', [GATEWAY, RUNTIME]],
  ['jwt', 'log_only', [GATEWAY, ROLE_POLICY]],
  ['log_only', 'enforce', [GATEWAY]],
] as const;

describe.each(STEPS)('from %s to %s', (from, to, types) => {
  const plan = (way: string) => {
    const [before, after] = way === 'on' ? [phases[from], phases[to]] : [phases[to], phases[from]];
    return planOf(before, after);
  };

  // Back again too: a phase that does not hold must be left without losing anything.
  test.each(['on', 'back'])('%s: what is there is updated, never replaced', (way) => {
    const { changes, needsApproval } = plan(way);
    const others = changes.filter(({ type }) => type !== POLICY);
    expect(others.map(({ type }) => type).toSorted()).toEqual(types);
    expect(others.map(({ action }) => action)).toEqual(types.map(() => 'update'));
    expect(needsApproval).toBe(true);
  });

  test.each([
    ['on', 'create'],
    ['back', 'remove'],
  ])('%s: policies alone come and go, with the engine that is asked: %s', (way, action) => {
    const policies = plan(way).changes.filter(({ type }) => type === POLICY);
    expect(new Set(policies.map((change) => change.action))).toEqual(new Set(from === 'jwt' ? [action] : []));
  });

  test('every other resource keeps its logical id', () => {
    expect(idsOf(phases[to])).toEqual(expect.arrayContaining([...idsOf(phases[from])]));
  });
});

test('from LOG_ONLY to ENFORCE the mode is all that changes', () => {
  const { changes, iam } = planOf(phases.log_only, phases.enforce);
  expect(changes.map(({ properties }) => properties)).toEqual([['PolicyEngineConfiguration']]);
  expect(iam).toEqual([]);
});

test.each([
  ['AWS::DynamoDB::Table', 'TableName'],
  [RUNTIME, 'AgentRuntimeName'],
])('the comparison sees a replacement where there is one: %s by %s', (type, property) => {
  const next = changed(phases.enforce, type, (properties) => {
    properties[property] = 'another';
  });
  const actions = planOf(phases.log_only, next).changes.filter((change) => change.type === type);
  expect(actions).toEqual([expect.objectContaining({ action: 'replace', properties: [property] })]);
});

const resource = (template: Template, type: string): Resources[string] | undefined =>
  Object.values(template.Resources ?? {}).find((one) => one.Type === type);

test('the configured phases are what infra synthesizes today', () => {
  const mode = (template: Template): unknown =>
    resource(template, GATEWAY)?.Properties?.['PolicyEngineConfiguration'];
  expect(mode(phases.log_only)).toMatchObject({ Mode: 'LOG_ONLY' });
  expect(mode(phases.enforce)).toMatchObject({ Mode: 'ENFORCE' });
});
