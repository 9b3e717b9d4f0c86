import { fileOf } from '../../check/finding.ts';
import { covers, takesScopeOf } from '../cover.ts';
import type { Folder, FolderRule, Subject } from '../rule.ts';
import { asksNothing } from '../scope.ts';

/** A permit that asks for nothing is refused itself: what it makes needless is not the mistake. */
const asksSomething = ({ file, conditions }: Subject): boolean =>
  file.effect === 'forbid' || !asksNothing(conditions);

/** A policy of the same effect that asks for less, or a forbid of everything that a permit permits. */
function shadowOf(subject: Subject, { subjects, tools }: Folder): string | undefined {
  const wider = subjects.find(
    (other) => asksSomething(other) && covers(other, subject, tools) && !covers(subject, other, tools),
  );
  if (wider !== undefined) return `${fileOf(wider.file)} holds wherever this one does`;
  if (subject.file.effect === 'forbid') return undefined;
  const forbid = subjects.find(
    (other) =>
      other.file.effect === 'forbid' && asksNothing(other.conditions) && takesScopeOf(other, subject, tools),
  );
  return forbid && `${fileOf(forbid.file)} forbids all that this one permits`;
}

export const shadowedPolicy: FolderRule = {
  code: 'shadowed_policy',
  finds: 'a policy that another one leaves without effect: a wider one, or a forbid of all that it permits',
  allowable: true,
  checkFolder(folder) {
    const { subjects, reach } = folder;
    return subjects.flatMap((subject) => {
      const shadow =
        shadowOf(subject, folder) ??
        (reach?.beaten.has(subject.file.name)
          ? 'forbids stop every request of the domain that it permits'
          : undefined);
      if (shadow === undefined) return [];
      return [
        {
          file: subject.file,
          message: `This policy changes no decision: ${shadow}.`,
          fix: 'Take it out, or change the one that stands in its way.',
        },
      ];
    });
  },
};
