/** The folder that a roll-out works from: statements, decision cases and the roll-out file. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { POLICY_FOLDER } from '@secure-agent/infra';
import type { PolicySource } from '@secure-agent/policy/workbench';
import { UsageError } from '../command.ts';
import { STATE } from '../paths.ts';
import { readPolicySources } from '../policy/read-folder.ts';

export const POLICIES_HELP = '  --policies FOLDER  statements, cases and rollout.json (default: policies)';

export type PolicyFolder = {
  readonly folder: string;
  readonly rolloutFile: string;
  readonly files: readonly PolicySource[];
};

const pathOf = (given: string | undefined): string => (given === undefined ? POLICY_FOLDER : resolve(given));

/** The roll-out file alone: a rollback does not wait for statements that can be read. */
export const rolloutFileOf = (given: string | undefined): string => join(pathOf(given), 'rollout.json');

/** @throws UsageError for a folder without statements: taken as it is, it would mean "no policies". */
export function openPolicyFolder(given: string | undefined): PolicyFolder {
  const folder = pathOf(given);
  const files = existsSync(folder) ? readPolicySources(folder) : [];
  if (files.length === 0) throw new UsageError(`--policies ${folder}: there is no *.cedar file.`);
  return { folder, rolloutFile: rolloutFileOf(given), files };
}

/** Beside the outputs: one for each stage on this machine. */
export const lockFile = (stage: string): string => join(STATE, `${stage}.rollout.lock`);
