/** Gateways and targets over the wire. What lists show of a record is in the SDK's shapes: no authorizer. */
import { z } from 'zod';
import { page } from '../page.ts';
import { gatewayInput, newGatewayInput, targetInput } from '../records/gateway.ts';
import { createGateway, deleteGateway, gatewayOf, updateGateway } from '../resources/gateways.ts';
import {
  createTarget,
  deleteTarget,
  synchronizeTargets,
  targetOf,
  updateTarget,
} from '../resources/targets.ts';
import { listingMode, targetType } from '../target-tools.ts';
import { type Operations, operation, paging } from './operation.ts';

const gatewayIdentifier = z.string();
const here = z.strictObject({ gatewayIdentifier });
const there = z.strictObject({ gatewayIdentifier, targetId: z.string() });

/** Most items of a page (API reference of each list). */
const LIMIT = 1000;

export const gatewayOperations: Operations = {
  CreateGateway: operation(newGatewayInput, (control, { tags, ...input }) =>
    createGateway(control, input, tags),
  ),
  GetGateway: operation(here, (control, { gatewayIdentifier: id }) => gatewayOf(control, id)),
  UpdateGateway: operation(
    gatewayInput.extend({ gatewayIdentifier }),
    (control, { gatewayIdentifier: id, ...input }) => updateGateway(control, id, input),
  ),
  DeleteGateway: operation(here, (control, { gatewayIdentifier: id }) => deleteGateway(control, id)),
  ListGateways: operation(z.strictObject(paging), (control, asked) =>
    page(
      {
        list: 'gateways',
        items: Object.values(control.read().gateways),
        key: ({ createdAt, gatewayId }) => [createdAt, gatewayId],
        limit: LIMIT,
      },
      asked,
    ),
  ),

  CreateGatewayTarget: operation(
    targetInput.extend({ gatewayIdentifier }),
    (control, { gatewayIdentifier: id, ...input }) => createTarget(control, id, input),
  ),
  GetGatewayTarget: operation(there, (control, { gatewayIdentifier: id, targetId }) =>
    targetOf(control, id, targetId),
  ),
  UpdateGatewayTarget: operation(
    targetInput.extend({ gatewayIdentifier, targetId: z.string(), name: targetInput.shape.name.optional() }),
    (control, { gatewayIdentifier: id, targetId, name, ...input }) => {
      const before = targetOf(control, id, targetId);
      return updateTarget(control, before, { ...input, name: name ?? before.name });
    },
  ),
  DeleteGatewayTarget: operation(there, (control, { gatewayIdentifier: id, targetId }) =>
    deleteTarget(control, targetOf(control, id, targetId)),
  ),
  ListGatewayTargets: operation(
    z.strictObject({ gatewayIdentifier, ...paging }),
    (control, { gatewayIdentifier: id, ...asked }) => {
      const { gatewayId } = gatewayOf(control, id);
      const targets = Object.values(control.read().targets).filter(
        (target) => target.gatewayId === gatewayId,
      );
      const shown = page(
        {
          list: `targets of ${gatewayId}`,
          items: targets,
          key: ({ createdAt, targetId }) => [createdAt, targetId],
          limit: LIMIT,
        },
        asked,
      );
      const items = shown.items.map((target) => ({
        ...target,
        targetType: targetType(target.targetConfiguration),
        listingMode: listingMode(target.targetConfiguration),
      }));
      return { ...shown, items };
    },
  ),
  SynchronizeGatewayTargets: operation(
    z.strictObject({ gatewayIdentifier, targetIdList: z.array(z.string()).min(1).max(1) }),
    (control, { gatewayIdentifier: id, targetIdList }) => ({
      targets: synchronizeTargets(control, id, targetIdList),
    }),
  ),
};
