/** `AWS::Lambda::Function`. Everything is in the template, so nothing is kept between starts but the name. */
import { LoadError } from '../load-error.ts';
import type { Clock, ResourceHandler, ResourceRequest, ResourceResult } from '../ports.ts';
import { functionRecord } from './function-record.ts';
import type { Functions } from './functions.ts';

/**
 * @param now - sets `LastModified`.
 * @param isTaken - whether a function of this name was made outside the stack.
 */
export function functionHandler(
  functions: Functions,
  now: Clock,
  isTaken: (name: string) => boolean,
): ResourceHandler {
  const put = async (request: ResourceRequest, name?: string): Promise<ResourceResult> => {
    const record = functionRecord(request, name, now());
    if (isTaken(record.name)) {
      throw new LoadError(
        'property_invalid',
        `Function ${request.logicalId}: a function named ${record.name} was made outside the stack. Delete it, or choose another name.`,
      );
    }
    await functions.put(record);
    return { physicalId: record.name, attributes: { Arn: record.arn } };
  };
  return {
    type: 'AWS::Lambda::Function',
    create: (request) => put(request),
    async update(request, { physicalId }) {
      const result = await put(request, physicalId);
      if (result.physicalId !== physicalId) await functions.remove(physicalId);
      return result;
    },
    remove: (physicalId) => functions.remove(physicalId),
    async resume(request, { physicalId }) {
      await put(request, physicalId);
    },
  };
}
