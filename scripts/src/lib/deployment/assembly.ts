/** The assembly of a stage for the account and region that are signed in. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_STAGE, synthesize } from '@secure-agent/infra';
import { z } from 'zod';
import { UsageError } from '../command.ts';
import { ROOT } from '../paths.ts';
import type { Synthesized } from './deploy.ts';
import type { Place } from './ports.ts';

const template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});

/** @throws UsageError for the stage that only this machine runs. */
export function checkStage(stage: string): void {
  if (stage === LOCAL_STAGE) throw new UsageError('The stage "local" is for npm start, not for AWS.');
}

/** A folder of its own: another synthesis must not change what was shown before it is deployed. */
const folderOf = (stage: string): string => join(ROOT, 'cdk.out', `deploy-${stage}`);

/** Synthesizes with the rule pack. @throws SynthesisError. */
export async function assemblyFor(stage: string, environment: Place): Promise<Synthesized> {
  const outdir = folderOf(stage);
  rmSync(outdir, { recursive: true, force: true });
  const { assemblyFolder, stackName } = await synthesize({ outdir, stage, environment });
  const text = readFileSync(join(assemblyFolder, `${stackName}.template.json`), 'utf8');
  return { assemblyFolder, stackName, template: template.parse(JSON.parse(text)) };
}
