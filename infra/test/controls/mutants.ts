/** Templates with one control weakened, and what was done to it. */
import { type Assertable, templateOf } from '../support/synthesized.ts';
import { isRelevant } from './relevance.ts';
import {
  type Change,
  GONE,
  isLeaf,
  type Path,
  type Place,
  placesIn,
  propertyOf,
  withEdited,
} from './tree.ts';
import { VARIANTS } from './variants.ts';

const FOREIGN = 'https://elsewhere.example.org';

const switched: Readonly<Record<string, string>> = {
  ...{ Allow: 'Deny', Deny: 'Allow', ENABLED: 'DISABLED', ACTIVE: 'INACTIVE', ENFORCE: 'LOG_ONLY' },
  ...{ Retain: 'Delete', Delete: 'Retain', minutes: 'days', CUSTOM_JWT: 'NONE', OPTIONAL: 'OFF' },
  ...{ FAIL_ON_ANY_FINDINGS: 'IGNORE_ALL_FINDINGS' },
};

/** A list's new member: as an entry of its kind is written, and of somebody else. */
function stranger(like: unknown): unknown {
  if (isLeaf(like)) return FOREIGN;
  if (Array.isArray(like)) return [];
  if ('Action' in Object(like))
    return { ...Object(like), Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
  return Object.fromEntries(Object.entries(Object(like)).map(([name, value]) => [name, stranger(value)]));
}

/** What is done to a value of a kind. */
const OPERATIONS = {
  removed: () => GONE,
  flipped: (value: unknown) => (typeof value === 'boolean' ? !value : value),
  'ten times': (value: unknown) => (typeof value === 'number' ? Math.max(value, 1) * 10 : value),
  halved: (value: unknown) => (typeof value === 'number' ? Math.floor(value / 2) : value),
  'another value': (value: unknown) => (typeof value === 'string' ? (switched[value] ?? FOREIGN) : FOREIGN),
  'set to *': () => '*',
  'one more': (value: unknown) => (Array.isArray(value) ? [...value, stranger(value[0])] : value),
} as const satisfies Record<string, Change>;

type Operation = keyof typeof OPERATIONS;

/** Where a star is understood as everything. */
const TAKES_STAR = /\.(?:Resource|Action|Principal|Condition)\b/;

function operationsFor(place: Place): readonly Operation[] {
  const { value } = place;
  if (Array.isArray(value)) return ['removed', 'one more'];
  if (!isLeaf(value)) return ['removed'];
  if (typeof value === 'boolean') return ['removed', 'flipped'];
  // Half of nothing is nothing.
  if (typeof value === 'number') return ['removed', 'ten times', ...(value > 1 ? (['halved'] as const) : [])];
  const star = value !== '*' && TAKES_STAR.test(propertyOf(place));
  return ['removed', 'another value', ...(star ? (['set to *'] as const) : [])];
}

export type Mutant = {
  /** Unique: resource, path and operation. */
  readonly id: string;
  readonly property: string;
  readonly apply: <T extends Assertable>(template: T) => T;
};

const mutantOf = (place: Place, operation: Operation): Mutant => ({
  id: `${place.id} ${place.path.join('.')}: ${operation}`,
  property: propertyOf(place),
  apply: (template) => withEdited(template, place, OPERATIONS[operation]),
});

/** A member that is not there, or a value that no operation makes. */
const planted = (type: string, id: string, parent: Path, name: string, value: unknown): Mutant => ({
  id: `${id} ${[...parent, name].join('.')}: planted`,
  property: propertyOf({ type, path: [...parent, name] }),
  apply: (template) =>
    withEdited(template, { type, id, path: parent }, (members) => ({ ...Object(members), [name]: value })),
});

const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const EVERYTHING = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln';
const AT = ['Properties'];

const property = (type: string, id: string, name: string, value: unknown): Mutant =>
  planted(type, id, AT, name, value);
const address = (name: string): Mutant =>
  property('AWS::Cognito::UserPool', 'IdentityUserPool', name, ['email']);

const PLANTED: readonly Mutant[] = [
  property('AWS::BedrockAgentCore::Gateway', 'Gateway', 'ExceptionLevel', 'DEBUG'),
  ...['AutoVerifiedAttributes', 'UsernameAttributes', 'AliasAttributes'].map(address),
  ...['RuntimeRole', 'GatewayRole', 'HrTargetRole', 'ReportTargetRole', 'IdentityTokenClaimsRole'].flatMap(
    (role) => [
      property('AWS::IAM::Role', role, 'ManagedPolicyArns', [ADMINISTRATOR]),
      property('AWS::IAM::Role', role, 'Policies', [{ PolicyName: 'more', PolicyDocument: EVERYTHING }]),
    ],
  ),
  planted(
    ...(['AWS::BedrockAgentCore::Policy', 'PoliciesEngineownleavebalance'] as const),
    ...([[...AT, 'Definition', 'Cedar'], 'Statement', 'permit (principal, action, resource);'] as const),
  ),
  planted('AWS::Lambda::Function', 'HrTargetFunction', [...AT, 'Environment', 'Variables'], 'NOTE', TOKEN),
  planted('AWS::BedrockAgentCore::Runtime', 'Runtime', [...AT, 'EnvironmentVariables'], 'NOTE', TOKEN),
];

/** The templates, as they are. */
export const variants = (): readonly Assertable[] =>
  VARIANTS.map((options) => templateOf(options).toJSON() as Assertable);

/** Every mutant of every template, those of equal effect once. */
export function mutantsOf(templates: readonly Assertable[]): readonly Mutant[] {
  const found = templates
    .flatMap(placesIn)
    .filter(isRelevant)
    .flatMap((place) => operationsFor(place).map((operation) => mutantOf(place, operation)));
  return [...new Map([...found, ...PLANTED].map((mutant) => [mutant.id, mutant])).values()];
}
