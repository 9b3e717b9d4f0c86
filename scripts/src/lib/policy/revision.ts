/** A set of policies by where it is: a folder, or a revision of this repository. */
import { execFileSync } from 'node:child_process';
import { PolicyError } from '@secure-agent/policy';
import {
  type PolicyFile,
  type PolicySource,
  parsePolicyFile,
  policyNamesOf,
} from '@secure-agent/policy/workbench';
import { UsageError } from '../command.ts';
import { ROOT } from '../paths.ts';
import { visible } from '../terminal.ts';
import { isFolder } from './folder.ts';
import { readPolicySources } from './read-folder.ts';

const EXTENSION = '.cedar';
const FOLDER = 'policies';
/** Far above AgentCore's own limit for all policies of an engine. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Runs git without a shell. What it says on stderr is not shown: the message of the refusal is ours. */
const git = (repository: string, args: readonly string[]): string =>
  execFileSync('git', ['-C', repository, ...args], {
    encoding: 'utf8',
    maxBuffer: MOST_BYTES,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

function commitOf(name: string, repository: string): string {
  try {
    const question = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
    return git(repository, question).trim();
  } catch {
    throw new UsageError(`"${visible(name)}" is neither a folder nor a git revision with policies.`);
  }
}

function readRevision(name: string, repository: string): readonly PolicySource[] {
  const commit = commitOf(name, repository);
  const files = git(repository, ['ls-tree', '-r', '-z', '--name-only', commit, `${FOLDER}/`]).split('\0');
  const names = policyNamesOf(files.map((file) => ({ path: file.slice(FOLDER.length + 1), kind: 'file' })));
  if (!names.ok) throw new PolicyError('policy_invalid', `${visible(name)}: ${names.error.join('\n')}`);
  return names.value.map((policy) => ({
    name: policy,
    text: git(repository, ['show', `${commit}:${FOLDER}/${policy}${EXTENSION}`]),
  }));
}

/**
 * Reads the `*.cedar` of a folder, or of `policies` in a git revision. A folder of that name is taken first.
 * @param repository - folder of the git repository. @default - this repository
 * @throws PolicyError `policy_invalid` for a revision with a file that looks like a policy and would be passed over.
 * @throws UsageError for what is neither; a name that begins with "-" is never given to git.
 */
export function readPolicySet(name: string, repository: string = ROOT): readonly PolicySource[] {
  if (name === '') throw new UsageError('A set of policies has a name: a folder or a git revision.');
  if (name.startsWith('-')) {
    throw new UsageError(`"${visible(name)}" is neither a folder nor a git revision: it begins with "-".`);
  }
  return isFolder(name) ? readPolicySources(name) : readRevision(name, repository);
}

/**
 * Parses a set.
 * @throws PolicyError `policy_invalid`, naming the file and where the set was read.
 */
export const parsePolicySet = (sources: readonly PolicySource[], from: string): readonly PolicyFile[] =>
  sources.map((source) => {
    const parsed = parsePolicyFile(source);
    if (parsed.ok) return parsed.value;
    const where = `${visible(from)}: ${visible(source.name)}${EXTENSION}`;
    throw new PolicyError('policy_invalid', `${where} does not parse: ${parsed.error}. Correct it first.`);
  });
