/** Synthesizes the cloud assembly: what AWS deploys and what the local AWS runs. No account, no Docker, no network. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from '@secure-agent/contracts';
import { catalogue, TOOL_SCOPES } from '@secure-agent/tools/catalogue';
import type { App } from 'aws-cdk-lib';
import { addRulePack, createApp } from './app.ts';
import { bundle, SOURCES } from './bundle.ts';
import { checkCompanyNames } from './company-names.ts';
import { doorsOf } from './doors.ts';
import { actionsOf, actionTable } from './iam/actions.ts';
import { checkLimits } from './limits.ts';
import { readApis } from './open-api/index.ts';
import { policyTools, readPolicies, type TargetTools, targetTools } from './policies.ts';
import { checkConfiguration, POLICY_FOLDER, REPOSITORY, readConfiguration } from './repository.ts';
import { checkPromotion, rolloutOf } from './rollout.ts';
import { checkRules } from './rules/check-rules.ts';
import { ruleTemplate } from './rules/rule.ts';
import { checkScopes } from './scopes.ts';
import { SecureAgentStack } from './stack.ts';
import { type Environment, LOCAL_ENVIRONMENT, stageOf } from './stage.ts';

export { policyTools, type TargetTools } from './policies.ts';
export { readPolicySources } from './policy-folder.ts';
export { POLICY_FOLDER } from './repository.ts';
export { DEFAULT_STAGE, type Environment, keepsData, LOCAL_ENVIRONMENT, LOCAL_STAGE } from './stage.ts';
export { SynthesisError, type SynthesisErrorCode } from './synthesis-error.ts';

export type StackOptions = {
  /** `local`, `dev` or any stage of `policies/rollout.json`. */
  readonly stage: string;
  /** @default - `secure-agent.config.json` at the repository's root */
  readonly configuration?: Configuration;
  /** @default - account 000000000000, region us-east-1 */
  readonly environment?: Environment;
  /** Folder with `*.cedar` and `rollout.json`. @default - `policies` at the repository's root */
  readonly policyFolder?: string;
};

export type SynthesisOptions = StackOptions & {
  /** Folder for the assembly; made if it is missing. */
  readonly outdir: string;
  /**
   * Whether the CloudFormation rules and the AwsSolutions rule pack run: some seconds. Left out where only this machine runs
   * the result; our own rules always run. @default true
   */
  readonly checks?: boolean;
};

export type Assembly = {
  /** Absolute path. Holds `manifest.json`, `<stackName>.template.json`, `<stackName>.assets.json` and the assets. */
  readonly assemblyFolder: string;
  readonly stackName: string;
};

/**
 * Reads and checks `secure-agent.config.json`.
 * @throws SynthesisError `configuration_invalid` with every problem in it.
 */
export const loadConfiguration = (): Configuration =>
  checkConfiguration(readConfiguration(), 'secure-agent.config.json');

/**
 * Every target of the gateway with its tools, as the stack declares them: the catalogue's, which take the reserved
 * `caller` argument, and those of OpenAPI descriptions. {@link policyTools} makes of it what policies speak about.
 * @throws SynthesisError `configuration_invalid`, `specification_invalid`.
 */
export const loadTargets = (configuration: Configuration): readonly TargetTools[] =>
  targetTools(catalogue, readApis(configuration.openApiTargets ?? [], REPOSITORY));

/** Everything that can be wrong with what a person wrote, checked before anything is built. */
function checkedInputs(options: StackOptions) {
  const { environment = LOCAL_ENVIRONMENT, policyFolder = POLICY_FOLDER } = options;
  const configuration = checkConfiguration(options.configuration ?? readConfiguration());
  const stage = stageOf(configuration.application, options.stage, environment);
  const doors = doorsOf(configuration, stage);
  const rollout = rolloutOf(stage.name, policyFolder);
  const apis = readApis(configuration.openApiTargets ?? [], REPOSITORY);
  const behind = targetTools(catalogue, apis);
  const policies = readPolicies(policyFolder, behind);
  checkPromotion(stage, rollout, policies);
  checkLimits({ configuration, targets: behind, apis, policies });
  checkScopes(configuration, policies, TOOL_SCOPES);
  checkCompanyNames(configuration, policies);
  return { stage, configuration, doors, apis, policies, rollout };
}

/**
 * Adds the stack to an app and synthesizes it.
 * @throws SynthesisError for what a person can correct; the construct library's own errors for limits it checks.
 */
export function synthesizeApp(app: App, options: StackOptions): Assembly {
  const { rollout, ...inputs } = checkedInputs(options);
  const build = mkdtempSync(join(tmpdir(), 'secure-agent-bundles-'));
  try {
    const bundles = bundle(SOURCES, build);
    const stack = new SecureAgentStack(app, { ...inputs, bundles, mode: rollout.mode });
    const { directory } = app.synth();
    checkRules(join(directory, stack.templateFile), inputs.stage, inputs.doors, rollout.reason);
    return { assemblyFolder: directory, stackName: stack.stackName };
  } finally {
    // The assembly has its own copies.
    rmSync(build, { recursive: true, force: true });
  }
}

/** Every permission of a synthesized stack as a Markdown table. */
export function permissionTable({ assemblyFolder, stackName }: Assembly): string {
  const text = readFileSync(join(assemblyFolder, `${stackName}.template.json`), 'utf8');
  return actionTable(actionsOf(ruleTemplate.parse(JSON.parse(text))));
}

/** Synthesizes into a folder. See {@link synthesizeApp} for errors. */
export async function synthesize({ outdir, checks = true, ...options }: SynthesisOptions): Promise<Assembly> {
  const app = createApp({ outdir, validate: checks });
  if (checks) await addRulePack(app);
  return synthesizeApp(app, options);
}
