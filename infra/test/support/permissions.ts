/** Who may do what, read out of a template. */
import type { Template } from 'aws-cdk-lib/assertions';
import { resolve } from './resolve.ts';

export type Permission = {
  /** Logical id of the role, its hash cut off. */
  readonly role: string;
  readonly effect: string;
  readonly action: string;
  readonly resource: string;
};

const WITHOUT_HASH = /[0-9A-F]{8}(?=$|\.)/g;
const short = (text: unknown): string => String(text).replaceAll(WITHOUT_HASH, '');
const list = (value: unknown): readonly unknown[] => [value].flat();

/** Every statement of every role's policies, one row for each action and resource. */
export function permissionsOf(template: Template): readonly Permission[] {
  return Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) =>
    list(resolve(Properties.Roles)).flatMap((role) =>
      Properties.PolicyDocument.Statement.flatMap((statement: Record<string, unknown>) =>
        list(statement['Action']).flatMap((action) =>
          list(resolve(statement['Resource'])).map((resource) => ({
            role: short(role),
            effect: String(statement['Effect']),
            action: String(action),
            resource: short(resource),
          })),
        ),
      ),
    ),
  );
}
