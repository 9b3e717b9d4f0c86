/** Every permission of a template as one table: roles, the key's own policy, and who may invoke a function. */
import { listOf, member, type RuleTemplate } from '../rules/rule.ts';
import { readable, readableName } from './readable.ts';

/** One action on one resource. */
export type ActionRow = {
  /** Role, or `any` for whoever a resource's own policy names. */
  readonly who: string;
  readonly effect: string;
  readonly action: string;
  readonly resource: string;
  /** Conditions as JSON; empty where there is none. */
  readonly condition: string;
};

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** @param resource - in place of the statement's own, in a policy that stands on the resource itself. */
function rowsOf(statement: unknown, who: readonly string[], resource?: string): readonly ActionRow[] {
  const resources = resource === undefined ? listOf(member(statement, 'Resource')) : [resource];
  const condition = member(statement, 'Condition');
  return who.flatMap((one) =>
    listOf(member(statement, 'Action')).flatMap((action) =>
      resources.map((on) => ({
        who: one,
        effect: text(member(statement, 'Effect')),
        action: text(action),
        resource: text(readable(on)),
        condition: condition === undefined ? '' : JSON.stringify(readable(condition)),
      })),
    ),
  );
}

const statementsIn = (document: unknown): readonly unknown[] => listOf(member(document, 'Statement'));
const namesOf = (value: unknown): readonly string[] => listOf(readable(value)).map(text);
const principals = (statement: unknown): readonly string[] =>
  Object.values(Object(member(statement, 'Principal'))).flatMap(namesOf);

type Reader = (name: string, properties: Readonly<Record<string, unknown>>) => readonly ActionRow[];

/** Where a template holds permissions, by the type of the resource. */
const READERS: Readonly<Record<string, Reader>> = {
  'AWS::IAM::Policy': (_name, { Roles, PolicyDocument }) =>
    statementsIn(PolicyDocument).flatMap((one) => rowsOf(one, namesOf(Roles))),
  'AWS::IAM::Role': (name, { AssumeRolePolicyDocument }) =>
    statementsIn(AssumeRolePolicyDocument).flatMap((one) => rowsOf(one, principals(one), `{${name}}`)),
  'AWS::KMS::Key': (name, { KeyPolicy }) =>
    statementsIn(KeyPolicy).flatMap((one) => rowsOf(one, principals(one), `{${name}}`)),
  'AWS::Lambda::Permission': (_name, { Action, Principal, FunctionName, SourceArn, SourceAccount }) =>
    rowsOf(
      {
        ...{ Effect: 'Allow', Action, Resource: FunctionName },
        Condition: {
          ArnLike: { 'AWS:SourceArn': SourceArn },
          StringEquals: { 'AWS:SourceAccount': SourceAccount },
        },
      },
      namesOf(Principal),
    ),
};

const keyOf = ({ who, action, resource }: ActionRow): string => `${who}\n${action}\n${resource}`;

/** Every permission of a template, sorted by who has it. */
export const actionsOf = ({ Resources }: RuleTemplate): readonly ActionRow[] =>
  Object.entries(Resources)
    .flatMap(([id, { Type, Properties }]) => READERS[Type]?.(readableName(id), Properties) ?? [])
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

const code = (cell: string): string => (cell === '' ? '' : `\`${cell.replaceAll('|', '\\|')}\``);

/** The rows as a Markdown table. */
export const actionTable = (rows: readonly ActionRow[]): string =>
  [
    '| who | effect | action | resource | where |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(
      ({ who, effect, action, resource, condition }) =>
        `| ${code(who)} | ${effect} | ${code(action)} | ${code(resource)} | ${code(condition)} |`,
    ),
  ].join('\n');
