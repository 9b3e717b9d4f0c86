/** The configuration of an OpenAPI target. */
import { z } from 'zod';
import type { TargetRecord } from '../../../ports.ts';
import { GatewayMisconfigured } from '../../misconfigured.ts';

const openApiTarget = z.strictObject({
  mcp: z.strictObject({
    openApiSchema: z.strictObject({ inlinePayload: z.string().min(1) }),
  }),
});

/**
 * The description as JSON text.
 * @throws GatewayMisconfigured for one in a bucket: there is no S3 here.
 */
export function openApiPayloadOf(target: TargetRecord): string {
  const parsed = openApiTarget.safeParse(target.targetConfiguration);
  if (parsed.success) return parsed.data.mcp.openApiSchema.inlinePayload;
  const [issue] = parsed.error.issues;
  throw new GatewayMisconfigured(
    `target ${target.name} is not supported locally: ${issue?.path.join('.')} ${issue?.message}`,
  );
}
