/** The start of an image, read from its Dockerfile: the exec-form `CMD` of the last stage, run by this machine's Node. */
import { readFileSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { LoadError } from '../load-error.ts';
import type { RuntimeRecord } from '../ports.ts';

export type ContainerCommand = {
  /** Arguments for Node; the program is relative to the context folder. */
  readonly args: readonly string[];
  /** `ENV` of the last stage. */
  readonly env: Readonly<Record<string, string>>;
};

const execForm = z.array(z.string()).min(1);
const ENV_PAIR = /\b([A-Za-z_][A-Za-z0-9_]*)=(?:"([^"]*)"|(\S*))/g;
const SCRIPT = /\.[cm]?js$/;

const refuse = (problem: string): LoadError => new LoadError('property_invalid', `Dockerfile: ${problem}`);

type Instruction = { readonly name: string; readonly rest: string };

/** Instructions of the last stage, continued lines joined, comments gone. */
function lastStage(text: string): Instruction[] {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n');
  const instructions = lines.flatMap((line) => {
    const [, name, rest = ''] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line) ?? [];
    return name ? [{ name: name.toUpperCase(), rest: rest.trim() }] : [];
  });
  return instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM') + 1);
}

function words(instructions: readonly Instruction[], name: 'ENTRYPOINT' | 'CMD'): string[] {
  const instruction = instructions.findLast((each) => each.name === name);
  if (!instruction) return [];
  try {
    return execForm.parse(JSON.parse(instruction.rest));
  } catch {
    throw refuse(`${name} is not in exec form. Write ${name} ["node", "main.mjs"].`);
  }
}

/**
 * Reads how a container starts.
 * @throws LoadError when the command is missing, is not in exec form, or does not start a Node program of the context.
 */
export function parseDockerfile(text: string): ContainerCommand {
  const instructions = lastStage(text);
  const command = [...words(instructions, 'ENTRYPOINT'), ...words(instructions, 'CMD')];
  // Some Node images have the Node binary as entry point; the command then begins with the program.
  const args = basename(command[0] ?? '') === 'node' ? command.slice(1) : command;
  const program = args.find((word) => !word.startsWith('-'));
  if (program === undefined || !SCRIPT.test(program) || isAbsolute(program)) {
    throw refuse('the command does not start a Node program of the context. Write CMD ["node", "main.mjs"].');
  }
  const env: Record<string, string> = {};
  for (const { rest } of instructions.filter(({ name }) => name === 'ENV')) {
    for (const [, name = '', quoted, bare] of rest.matchAll(ENV_PAIR)) env[name] = quoted ?? bare ?? '';
  }
  return { args, env };
}

/**
 * @param contextFolder - absolute.
 * @throws LoadError as {@link parseDockerfile}, and when there is no Dockerfile.
 */
export function readContainerCommand(contextFolder: string): ContainerCommand {
  let text: string;
  try {
    text = readFileSync(join(contextFolder, 'Dockerfile'), 'utf8');
  } catch {
    throw new LoadError('asset_missing', 'The container context has no Dockerfile. Synthesize again.');
  }
  return parseDockerfile(text);
}

/**
 * How a runtime starts: a zip archive by its entry point, an image by its Dockerfile.
 * @throws LoadError as {@link readContainerCommand}.
 */
export const commandOf = ({
  contextFolder,
  entryPoint,
}: Pick<RuntimeRecord, 'contextFolder' | 'entryPoint'>): ContainerCommand =>
  entryPoint === undefined ? readContainerCommand(contextFolder) : { args: entryPoint, env: {} };
