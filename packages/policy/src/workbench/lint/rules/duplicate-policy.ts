import { fileOf } from '../../check/finding.ts';
import { covers } from '../cover.ts';
import type { FolderRule } from '../rule.ts';

export const duplicatePolicy: FolderRule = {
  code: 'duplicate_policy',
  finds: 'a policy that says the same as another',
  allowable: true,
  checkFolder: ({ subjects, tools }) =>
    subjects.flatMap((subject, index) => {
      const earlier = subjects
        .slice(0, index)
        .find((other) => covers(other, subject, tools) && covers(subject, other, tools));
      if (earlier === undefined) return [];
      return [
        {
          file: subject.file,
          message: `This says what ${fileOf(earlier.file)} says: whoever changes one of them changes nothing.`,
          fix: 'Keep one of the two.',
        },
      ];
    }),
};
