/** The JSON body of an operation, and the arguments that it takes. */
import type { Json } from '@secure-agent/contracts';
import { isObject, type JsonObject, own } from '../../json-rpc.ts';
import { type ApiDocument, refuse, refuseMembers } from './document.ts';
import { type ConvertedSchema, convertSchema } from './schema.ts';

/** Members of a body that is an object are arguments of their own; another body is the one argument `body`. */
export type Body =
  | {
      readonly kind: 'members';
      readonly names: ReadonlySet<string>;
      /** Whether it takes members that it does not name. */
      readonly open: boolean;
      /** Whether there is no body where no member is given. */
      readonly optional: boolean;
    }
  | { readonly kind: 'whole' }
  | { readonly kind: 'none' };

type ReadBody = { readonly required: boolean; readonly schema: ConvertedSchema };

const JSON_MEDIA_TYPE = /^application\/json *(?:; *charset=utf-8)?$/i;

/** @throws GatewayMisconfigured for a body that is not JSON or has no schema. */
export function readBody(document: ApiDocument, operation: JsonObject, where: string): ReadBody | undefined {
  const given = own(operation, 'requestBody');
  if (given === undefined) return undefined;
  const { node } = document.resolve(given, `${where}: requestBody`);
  const content = own(node, 'content');
  if (!isObject(content)) return refuse(`${where}: requestBody needs content`);
  const [, media] = Object.entries(content).find(([type]) => JSON_MEDIA_TYPE.test(type)) ?? [];
  if (!isObject(media)) return refuse(`${where}: a request body must be application/json`);
  refuseMembers(media, ['encoding'], `${where}: requestBody`);
  const schema = own(media, 'schema');
  if (schema === undefined) return refuse(`${where}: requestBody needs a schema`);
  return {
    required: own(node, 'required') === true,
    schema: convertSchema(document, schema, `${where}: requestBody`),
  };
}

/** What a body adds to the arguments of its operation. */
export type BodyArguments = {
  readonly body: Body;
  readonly properties: readonly (readonly [string, ConvertedSchema])[];
  readonly required: readonly string[];
  /** What the members of an optional body need of one another. */
  readonly dependentRequired: readonly string[];
  readonly additional: Json;
};

/** The members of a body that is an object, or the body itself. */
export function bodyArguments(read: ReadBody | undefined): BodyArguments {
  const nothing = { required: [], dependentRequired: [], additional: false } as const;
  if (read === undefined) return { body: { kind: 'none' }, properties: [], ...nothing };
  const { schema, required } = read;
  if (schema.definition.type !== 'object' || schema.definition.properties === undefined) {
    return {
      ...nothing,
      body: { kind: 'whole' },
      properties: [['body', schema]],
      required: required ? ['body'] : [],
    };
  }
  const shown = own(schema.json, 'properties');
  const names = Object.keys(schema.definition.properties);
  const additional = own(schema.json, 'additionalProperties') ?? false;
  const needed = schema.definition.required ?? [];
  return {
    body: { kind: 'members', names: new Set(names), open: additional !== false, optional: !required },
    properties: names.map((name) => [name, memberOf(schema, shown, name)]),
    required: required ? needed : [],
    dependentRequired: required ? [] : needed,
    additional,
  };
}

function memberOf({ definition }: ConvertedSchema, shown: Json | undefined, name: string): ConvertedSchema {
  const json = isObject(shown) ? own(shown, name) : undefined;
  const member = definition.properties?.[name];
  if (!isObject(json) || member === undefined) throw new TypeError('openapi: a member has two forms');
  return { json, definition: member };
}
