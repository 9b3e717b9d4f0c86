/** A span for every turn of a model: how long it took, how many tokens, whether it failed. Not what was said. */
import { type Span, SpanKind } from '@opentelemetry/api';
import type { Model } from '@strands-agents/sdk';
import type { TelemetryAttributes } from './attributes.ts';
import { type Begin, endSpan, errorType } from './spans.ts';

type Turn = ReturnType<Model['stream']>;

const usageOf = (usage: { inputTokens: number; outputTokens: number } | undefined): TelemetryAttributes => ({
  'gen_ai.usage.input_tokens': usage?.inputTokens,
  'gen_ai.usage.output_tokens': usage?.outputTokens,
});

/** The turn's events, passed on as they come. */
async function* watched(turn: Turn, span: Span): Turn {
  let seen: TelemetryAttributes = {};
  try {
    for await (const event of turn) {
      if (event.type === 'modelMetadataEvent') seen = usageOf(event.usage);
      yield event;
    }
  } catch (error) {
    seen = { ...seen, 'error.type': errorType(error) };
    throw error;
  } finally {
    // Also where the reader stops early.
    endSpan(span, seen);
  }
}

/** A model that behaves as the given one, with a span for each of its turns. */
export function withTurnSpans(model: Model, provider: string, begin: Begin): Model {
  const stream: Model['stream'] = (messages, options) => {
    const span = begin(SpanKind.CLIENT, 'chat', {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': model.modelId,
    });
    return watched(model.stream(messages, options), span);
  };
  return Object.create(model, { stream: { value: stream } });
}
