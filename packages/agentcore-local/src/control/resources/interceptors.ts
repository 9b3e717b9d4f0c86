/** The Lambda interceptors of a gateway (devguide gateway-interceptors). */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { invalid } from '../control-error.ts';

const point = z.enum(['REQUEST', 'RESPONSE']);

const interceptor = z.object({
  interceptor: z.object({ lambda: z.object({ arn: z.string().min(1) }) }),
  interceptionPoints: z.array(point).min(1).max(2),
  inputConfiguration: z
    .object({
      passRequestHeaders: z.boolean(),
      payloadFilter: z
        .object({ exclude: z.array(z.object({ field: z.literal('RESPONSE_BODY') })) })
        .optional(),
    })
    .optional(),
});

/** @throws ControlError `ValidationException`: not an interceptor, or two at one point. */
export function checkInterceptors(configurations: Json | undefined): void {
  if (configurations === undefined) return;
  const parsed = z.array(interceptor).safeParse(configurations);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(
      `interceptorConfigurations.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`,
    );
  }
  const points = parsed.data.flatMap(({ interceptionPoints }) => interceptionPoints);
  if (new Set(points).size < points.length) {
    throw invalid('interceptorConfigurations: at most one interceptor for each of REQUEST and RESPONSE');
  }
}
