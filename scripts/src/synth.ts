/** `npm run synth`: writes the cloud assembly. Needs no AWS account and no Docker. */
import { join, relative } from 'node:path';
import { permissionTable, synthesize } from '@secure-agent/infra';
import { EXIT, runCommand } from './lib/command.ts';
import { ROOT } from './lib/paths.ts';
import { note, print } from './lib/terminal.ts';

await runCommand({
  help: `npm run synth -- [--stage STAGE]

Synthesizes the CloudFormation template and its assets to cdk.out/.

  --stage STAGE    a stage of policies/rollout.json (default: dev)
  --actions        also prints every permission of the template as a table`,
  options: { stage: { type: 'string', default: 'dev' }, actions: { type: 'boolean', default: false } },
  async run({ stage, actions }) {
    note('secure-agent: synthesizing …');
    const assembly = await synthesize({ outdir: join(ROOT, 'cdk.out'), stage });
    const { assemblyFolder, stackName } = assembly;
    print(`${relative(ROOT, assemblyFolder)}/${stackName}.template.json`);
    if (actions) print(permissionTable(assembly));
    return EXIT.done;
  },
});
