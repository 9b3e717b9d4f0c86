/** Going from one phase of the roll-out to the next replaces and removes nothing, let alone what holds state. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthesize } from '@secure-agent/infra';
import { planOf, type Template } from '@secure-agent/operations';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../src/lib/paths.ts';
import { newFolder } from './support/folder.ts';

type Resources = NonNullable<Template['Resources']>;
type Mode = 'LOG_ONLY' | 'ENFORCE';

/** The stack of a stage whose roll-out file says this mode, as `npm run deploy` synthesizes it. */
async function templateOf(mode: Mode): Promise<Template> {
  const policyFolder = join(newFolder(), 'policies');
  cpSync(join(ROOT, 'policies'), policyFolder, { recursive: true });
  writeFileSync(join(policyFolder, 'rollout.json'), JSON.stringify({ stages: { dev: { mode } } }));
  const options = { outdir: newFolder(), stage: 'dev', policyFolder, checks: false };
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
const RUNTIME = 'AWS::BedrockAgentCore::Runtime';

/** Before policy: no engine at the gateway. Infra has no such configuration, so this is made of the template. */
const jwtOf = (template: Template): Template =>
  changed(template, GATEWAY, (properties) => delete properties['PolicyEngineConfiguration']);

/** Before tokens: both doors by SigV4. Infra refuses it (rule runtime-authorizer), so this is made of the template too. */
function sigv4Of(template: Template): Template {
  const runtime = changed(
    jwtOf(template),
    RUNTIME,
    (properties) => delete properties['AuthorizerConfiguration'],
  );
  return changed(runtime, GATEWAY, (properties) => {
    delete properties['AuthorizerConfiguration'];
    properties['AuthorizerType'] = 'AWS_IAM';
  });
}

let phases: Readonly<Record<'sigv4' | 'jwt' | 'log_only' | 'enforce', Template>>;
beforeAll(async () => {
  const logOnly = await templateOf('LOG_ONLY');
  const enforce = await templateOf('ENFORCE');
  phases = { sigv4: sigv4Of(logOnly), jwt: jwtOf(logOnly), log_only: logOnly, enforce };
});

const idsOf = ({ Resources = {} }: Template): readonly string[] => Object.keys(Resources).toSorted();

const STEPS = [
  ['sigv4', 'jwt', [GATEWAY, RUNTIME]],
  ['jwt', 'log_only', [GATEWAY]],
  ['log_only', 'enforce', [GATEWAY]],
] as const;

describe.each(STEPS)('from %s to %s', (from, to, types) => {
  // Back again too: a phase that does not hold must be left without losing anything.
  test.each(['on', 'back'])('%s: only updates, of the doors alone', (way) => {
    const [before, after] = way === 'on' ? [phases[from], phases[to]] : [phases[to], phases[from]];
    const { changes, needsApproval } = planOf(before, after);
    expect(changes.map(({ type }) => type).toSorted()).toEqual(types);
    expect(changes.map(({ action }) => action)).toEqual(types.map(() => 'update'));
    expect(needsApproval).toBe(true);
  });

  test('every resource keeps its logical id', () => {
    expect(idsOf(phases[to])).toEqual(idsOf(phases[from]));
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
