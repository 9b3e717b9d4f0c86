/** A CloudFormation type of AgentCore: its resources are made by the same functions that the API calls, and done at once. */
import { PolicyError } from '@secure-agent/policy';
import { z } from 'zod';
import { LoadError } from '../../load-error.ts';
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../../ports.ts';
import { ControlError } from '../control-error.ts';
import { type Parsed, parseProperties } from './properties.ts';

export type ResourceType = {
  readonly type: string;
  create(parsed: Parsed): ResourceResult | Promise<ResourceResult>;
  /** May give another physical id: the resource was replaced. */
  update(parsed: Parsed, physicalId: string): ResourceResult | Promise<ResourceResult>;
  remove(physicalId: string): void;
  exists(physicalId: string): boolean;
};

/** What the service says of a resource that it could not make. */
export class MakingFailed extends Error {
  override readonly name = 'MakingFailed';
}

/** Why the template cannot be made; undefined for an error of this program. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  const told = [ControlError, PolicyError, LoadError, MakingFailed].some((type) => error instanceof type);
  return told && error instanceof Error ? error.message : undefined;
}

async function checked<T>({ logicalId }: ResourceRequest, what: () => T | Promise<T>): Promise<T> {
  try {
    return await what();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    throw new LoadError('property_invalid', `"${logicalId}" cannot be made: ${reason}`);
  }
}

export function handlerOf(type: ResourceType): ResourceHandler {
  const require = ({ logicalId }: ResourceRequest, physicalId: string): void => {
    if (type.exists(physicalId)) return;
    const text = `What was saved of "${logicalId}" is gone. Remove the state folder to begin anew, or restore it.`;
    throw new LoadError('state_invalid', text);
  };
  return {
    type: type.type,
    create: (request) => checked(request, () => type.create(parseProperties(request.properties))),
    async update(request, { physicalId }) {
      require(request, physicalId);
      const result = await checked(request, () =>
        type.update(parseProperties(request.properties), physicalId),
      );
      if (result.physicalId !== physicalId) type.remove(physicalId);
      return result;
    },
    async remove(physicalId) {
      if (type.exists(physicalId)) type.remove(physicalId);
    },
    async resume(request, { physicalId }) {
      require(request, physicalId);
    },
  };
}

/** `Ref` of some types is an ARN or a pair of ids; a record goes by its own id, the last part of either. */
export const idOf = (physicalId: string): string => physicalId.split(/[/|]/).at(-1) ?? '';
