/**
 * User attributes: what the pool's schema knows, and what a client may read and write.
 * Source: Cognito developer guide, user-pool-settings-attributes.
 */
import { CognitoError } from '../errors.ts';
import type { SchemaAttribute } from '../store/pool-settings.ts';
import type { Client, Pool, User, UserAttribute } from '../store/records.ts';

const VERIFIED = ['email_verified', 'phone_number_verified'] as const;

/** Standard attributes of OpenID Connect Core section 5.1, without `sub`, which nobody writes. */
export const STANDARD_ATTRIBUTES: readonly string[] = [
  'address',
  'birthdate',
  'email',
  'family_name',
  'gender',
  'given_name',
  'locale',
  'middle_name',
  'name',
  'nickname',
  'phone_number',
  'picture',
  'preferred_username',
  'profile',
  'updated_at',
  'website',
  'zoneinfo',
];

const MAX_VALUE_LENGTH = 2_048;

/** What an address looks like: no blank and no line break, which would end a header of a mail. */
export const EMAIL = /^[^\s@<>,;:"]+@[^\s@<>,;:"]+\.[^\s@<>,;:"]+$/;
/** E.164. */
export const PHONE = /^\+\d{4,15}$/;

/** The name that a schema entry has in requests and tokens. */
export const attributeName = (attribute: SchemaAttribute): string =>
  STANDARD_ATTRIBUTES.includes(attribute.Name) || VERIFIED.some((name) => name === attribute.Name)
    ? attribute.Name
    : `custom:${attribute.Name}`;

/** The value of one attribute. */
export const attributeValue = (attributes: readonly UserAttribute[], name: string): string | undefined =>
  attributes.find(({ Name }) => Name === name)?.Value;

const schemaOf = (pool: Pool, name: string): SchemaAttribute | undefined =>
  pool.settings.Schema?.find((attribute) => attributeName(attribute) === name);

const isKnown = (pool: Pool, name: string): boolean =>
  STANDARD_ATTRIBUTES.includes(name) ||
  VERIFIED.some((verified) => verified === name) ||
  schemaOf(pool, name) !== undefined;

const nonconforming = (name: string, reason: string): never => {
  throw new CognitoError(
    'InvalidParameterException',
    `Attributes did not conform to the schema: ${name}: ${reason}`,
  );
};

function checkValue(schema: SchemaAttribute | undefined, name: string, value: string): void {
  if (name === 'email' && value !== '' && !EMAIL.test(value)) {
    throw new CognitoError('InvalidParameterException', 'Invalid email address format.');
  }
  if (name === 'phone_number' && value !== '' && !PHONE.test(value)) {
    throw new CognitoError('InvalidParameterException', 'Invalid phone number format.');
  }
  const text = schema?.StringAttributeConstraints;
  if (value.length > (text?.MaxLength ?? MAX_VALUE_LENGTH)) nonconforming(name, 'Value is too long.');
  if (value.length < (text?.MinLength ?? 0)) nonconforming(name, 'Value is too short.');
  if (schema?.AttributeDataType !== 'Number') return;
  const limits = schema.NumberAttributeConstraints;
  const amount = Number(value);
  if (value.trim() === '' || !Number.isFinite(amount)) nonconforming(name, 'Value is not a number.');
  if (amount < (limits?.MinValue ?? -Infinity) || amount > (limits?.MaxValue ?? Infinity)) {
    nonconforming(name, 'Value is out of range.');
  }
}

/**
 * Checks attributes that are to be written, by whomever.
 * @param before - the attributes so far; absent for a new user, who may still get immutable ones.
 * @throws CognitoError `InvalidParameterException`
 */
export function checkAttributes(
  pool: Pool,
  given: readonly UserAttribute[],
  before?: readonly UserAttribute[],
): void {
  if (new Set(given.map(({ Name }) => Name)).size !== given.length) {
    throw new CognitoError('InvalidParameterException', 'An attribute is given twice.');
  }
  for (const { Name, Value } of given) {
    if (!isKnown(pool, Name)) nonconforming(Name, 'Attribute does not exist in the schema.');
    const schema = schemaOf(pool, Name);
    checkValue(schema, Name, Value);
    if (before !== undefined && schema?.Mutable === false) {
      throw new CognitoError('InvalidParameterException', `user.${Name}: Attribute cannot be updated.`);
    }
  }
  if (before !== undefined) return;
  const missing = pool.settings.Schema?.find(
    (entry) => entry.Required === true && !given.some(({ Name }) => Name === attributeName(entry)),
  );
  if (missing !== undefined) nonconforming(attributeName(missing), 'The attribute is required.');
}

/** The attributes with some of them replaced. A value of no length removes the attribute. */
export function withAttributes(
  before: readonly UserAttribute[],
  given: readonly UserAttribute[],
): UserAttribute[] {
  const next = new Map(before.map(({ Name, Value }) => [Name, Value]));
  for (const { Name, Value } of given) {
    if (Value === '') next.delete(Name);
    else next.set(Name, Value);
  }
  return [...next].map(([Name, Value]) => ({ Name, Value }));
}

/** Whether a client may write an attribute for its signed-in user. Default: the standard ones, never `*_verified`. */
export const isWritable = (client: Client, name: string): boolean =>
  !VERIFIED.some((verified) => verified === name) &&
  (client.settings.WriteAttributes ?? STANDARD_ATTRIBUTES).includes(name);

/** The attributes that a client may read, `sub` first. */
export function readableAttributes(client: Client, user: User): UserAttribute[] {
  const readable = client.settings.ReadAttributes ?? [...STANDARD_ATTRIBUTES, ...VERIFIED];
  return [{ Name: 'sub', Value: user.sub }, ...user.attributes.filter(({ Name }) => readable.includes(Name))];
}

/** The attributes behind each scope of OpenID Connect (Core section 5.4), as Cognito has them. */
const ATTRIBUTES_OF: ReadonlyMap<string, (name: string) => boolean> = new Map([
  ['email', (name: string) => name === 'email' || name === 'email_verified'],
  ['phone', (name: string) => name === 'phone_number' || name === 'phone_number_verified'],
  ['profile', (name: string) => !/^(?:email|phone_number)(?:_verified)?$|^address$/.test(name)],
]);

/**
 * What a client learns of a user. Without one of the scopes `profile`, `email` and `phone` it is all that the client
 * may read; with some of them, what they stand for. `sub` is always there.
 * Source: Cognito developer guide, userinfo-endpoint and cognito-user-pools-define-resource-servers.
 */
export function attributesInScope(client: Client, user: User, scopes: readonly string[]): UserAttribute[] {
  const limits = scopes.flatMap((scope) => ATTRIBUTES_OF.get(scope) ?? []);
  const readable = readableAttributes(client, user);
  if (limits.length === 0) return readable;
  return readable.filter(({ Name }) => Name === 'sub' || limits.some((covers) => covers(Name)));
}
