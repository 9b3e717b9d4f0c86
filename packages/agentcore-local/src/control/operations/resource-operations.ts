/** Tags and resource-based policies over the wire. */
import { z } from 'zod';
import {
  deleteResourcePolicy,
  getResourcePolicy,
  putResourcePolicy,
} from '../resources/resource-policies.ts';
import { tagResource, tagsOf, untagResource } from '../resources/tags.ts';
import { type Operations, operation } from './operation.ts';

const resourceArn = z.string();
const resource = z.strictObject({ resourceArn });

export const resourceOperations: Operations = {
  PutResourcePolicy: operation(resource.extend({ policy: z.string() }), (control, input) => ({
    policy: putResourcePolicy(control, input.resourceArn, input.policy),
  })),
  GetResourcePolicy: operation(resource, (control, input) => ({
    policy: getResourcePolicy(control, input.resourceArn),
  })),
  DeleteResourcePolicy: operation(resource, (control, input) => {
    deleteResourcePolicy(control, input.resourceArn);
    return {};
  }),
  TagResource: operation(resource.extend({ tags: z.record(z.string(), z.string()) }), (control, input) => {
    tagResource(control, input.resourceArn, input.tags);
    return {};
  }),
  UntagResource: operation(resource.extend({ tagKeys: z.array(z.string()) }), (control, input) => {
    untagResource(control, input.resourceArn, input.tagKeys);
    return {};
  }),
  ListTagsForResource: operation(resource, (control, input) => ({
    tags: tagsOf(control, input.resourceArn),
  })),
};
