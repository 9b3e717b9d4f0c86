/** Reads what a deployment wrote about its stage. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientError } from '@secure-agent/client';
import { type AnyOutputs, anyOutputs } from '@secure-agent/contracts';
import { UsageError } from '../command.ts';
import { stageOutputsFile } from '../paths.ts';

/** As infra has it: no dot and no slash, so that the name stays a name. */
const STAGE = /^[a-z][a-z0-9]{0,15}$/;

/**
 * Of a stage wherever its tokens come from.
 * @throws UsageError for what is no stage; ClientError `no_system`.
 */
export function readAnyStageOutputs(folder: string, stage: string): AnyOutputs {
  if (!STAGE.test(stage)) throw new UsageError(`"${stage}" is no stage.`);
  const file = stageOutputsFile(stage);
  try {
    return anyOutputs.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  } catch {
    throw new ClientError(
      'no_system',
      `There is no valid ${file}. Run "npm run deploy -- --stage ${stage}" first.`,
    );
  }
}
