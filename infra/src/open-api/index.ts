/** REST APIs of the configuration, read and checked before anything is made of them. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { OpenApiTarget, ToolDefinition } from '@secure-agent/contracts';
import { SynthesisError } from '../synthesis-error.ts';
import { toolsOf } from './operations.ts';
import { isNode, type JsonNode, own, refuse } from './refuse.ts';

export type Api = OpenApiTarget & {
  /** As policies see them. */
  readonly tools: readonly ToolDefinition[];
  /** The OpenAPI document as JSON, with the configured server in it and no other. */
  readonly payload: string;
};

function readDocument(file: string): JsonNode {
  try {
    const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isNode(document) ? document : refuse('document', 'is not an object');
  } catch (cause) {
    if (cause instanceof SynthesisError) throw cause;
    return refuse('document', cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read');
  }
}

function checkDocument(document: JsonNode): void {
  const version = String(own(document, 'openapi'));
  if (!/^3\.[01]\.[0-9]+$/.test(version)) refuse('openapi', `"${version}" is neither 3.0.x nor 3.1.x`);
  const components = own(document, 'components');
  const schemes = isNode(components) && Object.hasOwn(components, 'securitySchemes');
  // The credential is the gateway's: a scheme in the document would say otherwise.
  if (schemes) refuse('components', 'securitySchemes are not supported by AgentCore');
  for (const name of ['security', 'webhooks'])
    if (Object.hasOwn(document, name)) refuse(name, 'is not supported by AgentCore');
}

function readApi(target: OpenApiTarget, root: string): Api {
  try {
    const document = readDocument(resolve(root, target.specification));
    checkDocument(document);
    const payload = JSON.stringify({ ...document, servers: [{ url: target.serverUrl }] });
    return { ...target, tools: toolsOf(document), payload };
  } catch (error) {
    if (!(error instanceof SynthesisError)) throw error;
    throw new SynthesisError(error.code, `${target.specification}: ${error.message}`);
  }
}

/**
 * Reads every API of the configuration.
 * @param root - folder that specifications are relative to.
 * @throws SynthesisError `specification_invalid` naming the file, the place and the reason.
 */
export const readApis = (targets: readonly OpenApiTarget[], root: string): readonly Api[] =>
  targets.map((target) => readApi(target, root));
