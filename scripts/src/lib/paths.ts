/** Places in the repository and in the folder that holds what runs on this machine. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STATE_FOLDER } from '@secure-agent/contracts';

export const ROOT: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** Outputs, secrets, data and logs of the system that `npm start` runs; SECURE_AGENT_STATE names another folder. */
export const STATE: string = process.env['SECURE_AGENT_STATE'] ?? join(ROOT, STATE_FOLDER);

/** Name of the file with a deployed stage's outputs, in the state folder beside the local system's. */
export const stageOutputsFile = (stage: string): string => `${stage}.outputs.json`;

/** Name of the file with the passwords of the people whom a deployment put into a stage's pool. */
export const stagePeopleFile = (stage: string): string => `${stage}.people.json`;
