/**
 * Entry for the CDK CLI (`cdk.json`). The stage is `--context stage=…`, else STAGE; account and region are what the CLI
 * found in the environment.
 */
import { addRulePack, createApp } from './app.ts';
import { synthesizeApp } from './index.ts';
import { DEFAULT_STAGE, LOCAL_ENVIRONMENT } from './stage.ts';
import { SynthesisError } from './synthesis-error.ts';

const app = createApp();
await addRulePack(app);
const { STAGE, CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION } = process.env;
const stage: unknown = app.node.tryGetContext('stage') ?? STAGE ?? DEFAULT_STAGE;

try {
  synthesizeApp(app, {
    stage: String(stage),
    environment: {
      account: CDK_DEFAULT_ACCOUNT ?? LOCAL_ENVIRONMENT.account,
      region: CDK_DEFAULT_REGION ?? LOCAL_ENVIRONMENT.region,
    },
  });
} catch (error) {
  if (!(error instanceof SynthesisError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
