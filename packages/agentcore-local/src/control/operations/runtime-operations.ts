/** Runtimes, their versions and endpoints over the wire. */
import { z } from 'zod';
import type { Control } from '../control.ts';
import { notFound } from '../control-error.ts';
import { page } from '../page.ts';
import {
  endpointInput,
  endpointUpdate,
  newRuntimeInput,
  type RuntimeRecord,
  runtimeUpdate,
} from '../records/runtime.ts';
import {
  createEndpoint,
  deleteEndpoint,
  endpointOf,
  endpointsOfRuntime,
  updateEndpoint,
} from '../resources/runtime-endpoints.ts';
import {
  createRuntime,
  deleteRuntime,
  deleteRuntimeVersion,
  runtimeOf,
  runtimeVersion,
  updateRuntime,
  versionsOf,
} from '../resources/runtimes.ts';
import { type Operations, operation, paging } from './operation.ts';

const agentRuntimeId = z.string();
const ofVersion = z.strictObject({ agentRuntimeId, agentRuntimeVersion: z.string().optional() });
const endpoint = z.strictObject({ agentRuntimeId, endpointName: z.string() });
const below = z.strictObject({ agentRuntimeId, ...paging });

/** Most items of a page (API reference of each list). */
const LIMIT = 100;

function getVersion(control: Control, id: string, version: string | undefined): RuntimeRecord {
  const latest = runtimeOf(control, id);
  const record = version === undefined ? latest : runtimeVersion(control.read(), id, version);
  if (record === undefined) throw notFound('Version of the agent runtime');
  return record;
}

/** A summary has a description, if an empty one. */
const summary = (record: RuntimeRecord) => ({ ...record, description: record.description ?? '' });

export const runtimeOperations: Operations = {
  CreateAgentRuntime: operation(newRuntimeInput, (control, { agentRuntimeName, tags, ...input }) =>
    createRuntime(control, agentRuntimeName, input, tags),
  ),
  GetAgentRuntime: operation(ofVersion, (control, input) =>
    getVersion(control, input.agentRuntimeId, input.agentRuntimeVersion),
  ),
  UpdateAgentRuntime: operation(
    runtimeUpdate.extend({ agentRuntimeId }),
    (control, { agentRuntimeId: id, ...input }) => updateRuntime(control, id, input),
  ),
  DeleteAgentRuntime: operation(ofVersion, (control, { agentRuntimeId: id, agentRuntimeVersion: version }) =>
    version === undefined ? deleteRuntime(control, id) : deleteRuntimeVersion(control, id, version),
  ),
  ListAgentRuntimes: operation(z.strictObject(paging), (control, asked) => {
    const shown = page(
      {
        list: 'runtimes',
        items: Object.values(control.read().runtimes),
        key: ({ createdAt, agentRuntimeId: id }) => [createdAt, id],
        limit: LIMIT,
      },
      asked,
    );
    return { ...shown, agentRuntimes: shown.items.map(summary) };
  }),
  ListAgentRuntimeVersions: operation(below, (control, { agentRuntimeId: id, ...asked }) => {
    const shown = page(
      {
        list: `versions of ${id}`,
        items: versionsOf(control, id),
        // The latest first.
        key: ({ agentRuntimeVersion }) => [String(99_999 - Number(agentRuntimeVersion)).padStart(5, '0'), ''],
        limit: LIMIT,
      },
      asked,
    );
    return { ...shown, agentRuntimes: shown.items.map(summary) };
  }),

  CreateAgentRuntimeEndpoint: operation(endpointInput, (control, input) => {
    const record = createEndpoint(control, input);
    return { ...record, endpointName: record.name };
  }),
  GetAgentRuntimeEndpoint: operation(endpoint, (control, input) =>
    endpointOf(control, input.agentRuntimeId, input.endpointName),
  ),
  UpdateAgentRuntimeEndpoint: operation(endpointUpdate, updateEndpoint),
  DeleteAgentRuntimeEndpoint: operation(endpoint, (control, input) => {
    const record = deleteEndpoint(control, input.agentRuntimeId, input.endpointName);
    return { ...record, endpointName: record.name };
  }),
  ListAgentRuntimeEndpoints: operation(below, (control, { agentRuntimeId: id, ...asked }) => {
    const shown = page(
      {
        list: `endpoints of ${id}`,
        items: endpointsOfRuntime(control, id),
        key: ({ createdAt, name }) => [createdAt, name],
        limit: LIMIT,
      },
      asked,
    );
    return { ...shown, runtimeEndpoints: shown.items };
  }),
};
