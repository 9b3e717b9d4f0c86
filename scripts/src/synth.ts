/** `npm run synth`: writes the cloud assembly. Needs no AWS account and no Docker. */
import { join, relative } from 'node:path';
import { synthesize } from '@secure-agent/infra';
import { EXIT, runCommand } from './lib/command.ts';
import { ROOT } from './lib/paths.ts';
import { note, print } from './lib/terminal.ts';

await runCommand({
  help: `npm run synth -- [--stage STAGE]

Synthesizes the CloudFormation template and its assets to cdk.out/.

  --stage STAGE    a stage of policies/rollout.json (default: dev)`,
  options: { stage: { type: 'string', default: 'dev' } },
  async run({ stage }) {
    note('secure-agent: synthesizing …');
    const { assemblyFolder, stackName } = await synthesize({ outdir: join(ROOT, 'cdk.out'), stage });
    print(`${relative(ROOT, assemblyFolder)}/${stackName}.template.json`);
    return EXIT.done;
  },
});
