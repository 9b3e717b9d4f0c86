/** The CDK app: what holds for every stack in it, whoever synthesizes. */
import { App, Validations } from 'aws-cdk-lib';
import { synthesizer } from './synthesizer.ts';

/** Behaviour of the construct library that is off by default. */
const FEATURES = {
  // The bundled CloudFormation rules fail the synthesis. Without this they only warn.
  '@aws-cdk/core:validateAgainstDefaultRules': true,
  // So do its warnings: a value outside an enumeration is only one of those.
  '@aws-cdk/core:strictCfnValidateErrors': true,
  // Statements that differ in their resource alone become one.
  '@aws-cdk/aws-iam:minimizePolicies': true,
  // `arn:aws:` where the region is known, instead of a pseudo parameter.
  '@aws-cdk/core:enablePartitionLiterals': true,
  '@aws-cdk/core:target-partitions': ['aws', 'aws-cn'],
};

export type AppOptions = {
  /** Where the assembly goes. @default - what the CDK CLI says in CDK_OUTDIR, else a temporary folder */
  readonly outdir?: string;
  /** Whether the bundled CloudFormation rules run: about a second. @default true */
  readonly validate?: boolean;
};

/** An app that reports nothing and writes no construct tree. */
export const createApp = ({ outdir, validate = true }: AppOptions = {}): App =>
  new App({
    ...(outdir === undefined ? {} : { outdir }),
    builtinCloudFormationValidation: validate,
    analyticsReporting: false,
    treeMetadata: false,
    defaultStackSynthesizer: synthesizer(),
    postCliContext: FEATURES,
  });

/** Has the AwsSolutions rule pack fail the synthesis. It takes half a second to load and two to run. */
export async function addRulePack(app: App): Promise<void> {
  const { AwsSolutionsChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
