/** Which tools two sets of policies could decide differently: those about which they do not say the same. */
import type { PolicyTool } from '../../schema.ts';
import { shard } from '../../shard.ts';
import { isExact } from '../../unknown-input.ts';
import { type PolicyFile, WORKBENCH_GATEWAY } from '../model/policy-file.ts';

/** What a policy says, without comments and layout. Where its JSON form loses an integer, its text. */
const meaning = ({ policy, statement }: PolicyFile): string =>
  isExact(policy) ? JSON.stringify(policy) : statement;

const meanings = (policies: readonly PolicyFile[]): string =>
  JSON.stringify([...new Set(policies.map(meaning))].toSorted());

/** The tools whose policies are not the same on both sides. About the others nothing can have changed. */
export function changedTools(
  before: readonly PolicyFile[],
  after: readonly PolicyFile[],
  tools: readonly PolicyTool[],
): readonly PolicyTool[] {
  const [ofBefore, ofAfter] = [shard(before, WORKBENCH_GATEWAY), shard(after, WORKBENCH_GATEWAY)];
  return tools.filter(({ name }) => meanings(ofBefore(name)) !== meanings(ofAfter(name)));
}

/** Names of policies, sorted. */
export type FileChanges = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Present on both sides with another meaning; a comment alone does not count. */
  readonly changed: readonly string[];
};

/** Names of the policies that came, went, or say something else. */
export function fileChanges(before: readonly PolicyFile[], after: readonly PolicyFile[]): FileChanges {
  const [old, now] = [before, after].map((files) => new Map(files.map((file) => [file.name, file])));
  const names = (files: readonly PolicyFile[], isWanted: (file: PolicyFile) => boolean): readonly string[] =>
    files
      .filter(isWanted)
      .map(({ name }) => name)
      .toSorted();
  return {
    added: names(after, ({ name }) => old?.has(name) !== true),
    removed: names(before, ({ name }) => now?.has(name) !== true),
    changed: names(after, (file) => {
      const other = old?.get(file.name);
      return other !== undefined && meaning(other) !== meaning(file);
    }),
  };
}
