/**
 * Writes down what the model is given and what it makes of it: prompts, tool lists, tool arguments. That is personal
 * data, so it is off unless asked for. It also shows that no token is among it.
 */
import type { Model } from '@strands-agents/sdk';

export type TraceEntry = {
  readonly event: 'model_input' | 'model_output';
  /** JSON of what the model library was handed, or handed back. */
  readonly content: unknown;
};

/** A model that behaves as the given one and reports each call to `write`. */
export function traceModel(model: Model, write: (entry: TraceEntry) => void): Model {
  const stream: Model['stream'] = async function* (messages, options) {
    write({
      event: 'model_input',
      content: { messages, system: options?.systemPrompt, tools: options?.toolSpecs },
    });
    const events: unknown[] = [];
    for await (const event of model.stream(messages, options)) {
      events.push(event);
      yield event;
    }
    write({ event: 'model_output', content: events });
  };
  return Object.create(model, { stream: { value: stream } });
}
