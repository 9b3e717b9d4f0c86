import type { FolderRule } from '../rule.ts';
import { toolsOf } from '../scope.ts';

export const unmentionedTool: FolderRule = {
  code: 'unmentioned_tool',
  finds: 'a tool that no policy speaks about: nobody can call it, and nobody has said so',
  allowable: false,
  checkFolder: ({ subjects, tools }) => {
    const mentioned = new Set(subjects.flatMap(({ file }) => toolsOf(file.policy, tools)));
    return tools
      .filter((tool) => !mentioned.has(tool))
      .map(({ name }) => ({
        tool: name,
        message: 'No policy speaks about this tool, so nobody can call it.',
        fix: 'Permit it to somebody, or say with a forbid of its own that nobody is meant to call it.',
      }));
  },
};
