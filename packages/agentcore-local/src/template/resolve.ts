/**
 * CloudFormation's intrinsic functions, as far as a CDK template uses them. An unknown function is an error that names
 * it: a value that silently stays unresolved would become part of somebody's configuration.
 * Source: CloudFormation template reference, intrinsic functions.
 */
import type { Json } from '@secure-agent/contracts';
import { LoadError } from '../load-error.ts';

/** What names stand for while a template is resolved. */
export type Scope = {
  /** `Ref`: a pseudo parameter, a parameter or a resource. */
  ref(name: string): Json | undefined;
  attribute(logicalId: string, name: string): Json | undefined;
  condition(name: string): boolean;
  mapping(map: string, key: string, second: string): Json | undefined;
};

/** What `AWS::NoValue` leaves: the property is not there. */
const NO_VALUE: unique symbol = Symbol('AWS::NoValue');
type Resolved = Json | typeof NO_VALUE;

const unresolved = (what: string): never => {
  throw new LoadError('reference_unresolved', `The template refers to ${what}, which does not exist.`);
};

const malformed = (name: string): never => {
  throw new LoadError(
    'function_unsupported',
    `The template uses ${name} in a form that is not supported locally.`,
  );
};

function text(value: Json, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return malformed(where);
}

const list = (value: Json, where: string): readonly Json[] =>
  Array.isArray(value) ? value : malformed(where);

function reference(name: string, scope: Scope): Json {
  return scope.ref(name) ?? unresolved(`"${name}"`);
}

function pairOf(value: Json, where: string): readonly [Json, Json] {
  const [first, second, ...more] = list(value, where);
  if (first === undefined || second === undefined || more.length > 0) return malformed(where);
  return [first, second];
}

function attribute(path: string, scope: Scope): Json {
  const dot = path.indexOf('.');
  if (dot < 0) return malformed('Fn::GetAtt');
  const [logicalId, name] = [path.slice(0, dot), path.slice(dot + 1)];
  return scope.attribute(logicalId, name) ?? unresolved(`attribute "${name}" of "${logicalId}"`);
}

function substitute(template: string, variables: Readonly<Record<string, Json>>, scope: Scope): string {
  return template.replaceAll(/\$\{([^}]*)\}/g, (_whole, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(variables, name)) return text(resolve(variables[name] ?? null, scope), 'Fn::Sub');
    return text(name.includes('.') ? attribute(name, scope) : reference(name, scope), 'Fn::Sub');
  });
}

function sub(argument: Json, scope: Scope): string {
  if (typeof argument === 'string') return substitute(argument, {}, scope);
  const [template, variables] = pairOf(argument, 'Fn::Sub');
  if (typeof template !== 'string' || !isObject(variables)) return malformed('Fn::Sub');
  return substitute(template, variables, scope);
}

/** A JSON object, neither null nor a list. */
export const isObject = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Evaluates a condition expression to true or false. */
export function evaluateCondition(expression: Json, scope: Scope): boolean {
  if (typeof expression === 'boolean') return expression;
  const value = resolve(expression, scope);
  return typeof value === 'boolean' ? value : malformed('a condition');
}

/** Every condition of a list is evaluated, so that a mistake in one is seen whatever the others say. */
function verdicts(argument: Json, where: string, scope: Scope, most: number): readonly boolean[] {
  const conditions = list(argument, where);
  if (conditions.length === 0 || conditions.length > most) return malformed(where);
  return conditions.map((condition) => evaluateCondition(condition, scope));
}

type Fn = (argument: Json, scope: Scope) => Resolved;

const functions = new Map<string, Fn>([
  ['Ref', (name, scope) => (name === 'AWS::NoValue' ? NO_VALUE : reference(text(name, 'Ref'), scope))],
  [
    'Fn::GetAtt',
    (path, scope) =>
      attribute(
        typeof path === 'string'
          ? path
          : list(path, 'Fn::GetAtt')
              .map((part) => text(resolve(part, scope), 'Fn::GetAtt'))
              .join('.'),
        scope,
      ),
  ],
  [
    'Fn::Join',
    (argument, scope) => {
      const [separator, parts] = pairOf(argument, 'Fn::Join');
      const items = list(resolve(parts, scope), 'Fn::Join');
      return items.map((part) => text(part, 'Fn::Join')).join(text(separator, 'Fn::Join'));
    },
  ],
  ['Fn::Sub', sub],
  [
    'Fn::Select',
    (argument, scope) => {
      const [index, items] = pairOf(argument, 'Fn::Select');
      const all = list(resolve(items, scope), 'Fn::Select');
      const place = text(resolve(index, scope), 'Fn::Select');
      return (/^[0-9]+$/.test(place) ? all[Number(place)] : undefined) ?? malformed('Fn::Select');
    },
  ],
  [
    'Fn::Split',
    (argument, scope) => {
      const [separator, whole] = pairOf(argument, 'Fn::Split');
      return text(resolve(whole, scope), 'Fn::Split').split(text(separator, 'Fn::Split'));
    },
  ],
  [
    'Fn::FindInMap',
    (argument, scope) => {
      const [map, key, second, ...more] = list(argument, 'Fn::FindInMap').map((part) =>
        text(resolve(part, scope), 'Fn::FindInMap'),
      );
      if (map === undefined || key === undefined || second === undefined || more.length > 0) {
        return malformed('Fn::FindInMap');
      }
      return scope.mapping(map, key, second) ?? unresolved(`"${key}", "${second}" of the mapping "${map}"`);
    },
  ],
  [
    'Fn::If',
    (argument, scope) => {
      const [name, yes, no] = list(argument, 'Fn::If');
      if (yes === undefined || no === undefined) return malformed('Fn::If');
      return resolveAny(scope.condition(text(name ?? null, 'Fn::If')) ? yes : no, scope);
    },
  ],
  [
    'Fn::Equals',
    (argument, scope) => {
      const [left, right] = pairOf(argument, 'Fn::Equals');
      return JSON.stringify(resolve(left, scope)) === JSON.stringify(resolve(right, scope));
    },
  ],
  ['Fn::Not', (argument, scope) => !verdicts(argument, 'Fn::Not', scope, 1)[0]],
  ['Fn::And', (argument, scope) => verdicts(argument, 'Fn::And', scope, 10).every(Boolean)],
  ['Fn::Or', (argument, scope) => verdicts(argument, 'Fn::Or', scope, 10).some(Boolean)],
]);

const isIntrinsic = (name: string): boolean => name === 'Ref' || name.startsWith('Fn::');

function resolveObject(value: { readonly [name: string]: Json }, scope: Scope): Resolved {
  const names = Object.keys(value);
  const intrinsic = names.find(isIntrinsic);
  // Beside other members a function would be taken for data and stay unresolved.
  if (intrinsic !== undefined && names.length > 1) return malformed(`${intrinsic} beside other members`);
  const [only = ''] = names;
  const argument = value[only] ?? null;
  if (intrinsic !== undefined) return (functions.get(only) ?? (() => malformed(only)))(argument, scope);
  // An IAM statement has a `Condition` too; only a condition's name alone makes it the intrinsic function.
  if (only === 'Condition' && names.length === 1 && typeof argument === 'string') {
    return scope.condition(argument);
  }
  const members = Object.entries(value).map(([name, member]): [string, Resolved] => [
    name,
    resolveAny(member, scope),
  ]);
  return Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== NO_VALUE));
}

function resolveAny(value: Json, scope: Scope): Resolved {
  if (Array.isArray(value)) {
    return value.map((item) => resolveAny(item, scope)).filter((item): item is Json => item !== NO_VALUE);
  }
  return isObject(value) ? resolveObject(value, scope) : value;
}

/**
 * Resolves every intrinsic function in a value.
 * @throws LoadError `reference_unresolved`, `function_unsupported`.
 */
export function resolve(value: Json, scope: Scope): Json {
  const resolved = resolveAny(value, scope);
  return resolved === NO_VALUE ? null : resolved;
}
