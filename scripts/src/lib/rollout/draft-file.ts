/** What a draft becomes in the policy folder: text for a person to finish, never anything that is attached. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyDraft } from '@secure-agent/operations';
import type { PolicySource } from '@secure-agent/policy/workbench';
import { UsageError } from '../command.ts';

/** AWS::BedrockAgentCore::Policy, property Name; a second statement gets a number behind it. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,45}$/;

const HEADER_BREAKS = /[\s\u2028\u2029]+/g;

function textOf({ from, statement }: PolicyDraft, gatewayArn: string): string {
  const intent = from.replaceAll(HEADER_BREAKS, ' ').trim();
  const header = [`// Intent: ${intent}`, '// Owner: (who answers for it)', '// Reason: (why)'];
  return `${[...header, (statement ?? '').replaceAll(gatewayArn, '{{gateway}}').trim()].join('\n')}\n`;
}

/**
 * The files that a draft would be, one a statement: `<name>`, then `<name>_2` and so on.
 * @throws UsageError for a name that no policy can have.
 */
export function draftFiles(
  name: string,
  drafts: readonly PolicyDraft[],
  gatewayArn: string,
): readonly PolicySource[] {
  if (!NAME.test(name)) {
    throw new UsageError(
      `"${name}" is no policy's name: letters, digits and underscores, a letter first, 46 at most.`,
    );
  }
  return drafts
    .filter(({ statement }) => statement !== undefined)
    .map((draft, index) => ({
      name: index === 0 ? name : `${name}_${index + 1}`,
      text: textOf(draft, gatewayArn),
    }));
}

/**
 * Writes new files; one that is there is left as it is.
 * @returns the paths.
 * @throws UsageError when any of them is there: then nothing is written.
 */
export function writeDraft(folder: string, files: readonly PolicySource[]): readonly string[] {
  const paths = files.map(({ name, text }) => ({ path: join(folder, `${name}.cedar`), text }));
  const taken = paths.find(({ path }) => existsSync(path));
  if (taken !== undefined) throw new UsageError(`${taken.path} is there already. Choose another name.`);
  for (const { path, text } of paths) writeFileSync(path, text, { flag: 'wx' });
  return paths.map(({ path }) => path);
}
