/**
 * A Strands model provider that is no language model: a deterministic planner over the tools it is offered. It lets
 * the whole system run and be tested without a model; it understands requests only through the tools' own words.
 */
import {
  type BaseModelConfig,
  type Message,
  Model,
  type ModelStreamEvent,
  type StreamOptions,
} from '@strands-agents/sdk';
import { planNext, type Situation, type Step, type ToolOutcome } from './plan.ts';

/** How answers name this model. */
export const OFFLINE_PLANNER_ID = 'offline-planner';

function outcomesOf(messages: readonly Message[]): ToolOutcome[] {
  const results = messages.flatMap((message) =>
    message.content.filter((block) => block.type === 'toolResultBlock'),
  );
  return results.map((result) => ({
    status: result.status,
    text: result.content
      .map((block) => (block.type === 'textBlock' ? block.text : JSON.stringify(block)))
      .join('\n'),
  }));
}

function situationOf(messages: readonly Message[], options: StreamOptions | undefined): Situation {
  const first = messages.find((message) => message.role === 'user');
  const texts = (first?.content ?? []).filter((block) => block.type === 'textBlock');
  return {
    prompt: texts.map((block) => block.text).join('\n'),
    tools: options?.toolSpecs ?? [],
    outcomes: outcomesOf(messages),
  };
}

function* eventsOf(step: Step, toolUseId: string): Generator<ModelStreamEvent> {
  yield { type: 'modelMessageStartEvent', role: 'assistant' };
  if (step.kind === 'call') {
    const input = JSON.stringify(step.input);
    yield {
      type: 'modelContentBlockStartEvent',
      start: { type: 'toolUseStart', name: step.tool, toolUseId },
    };
    yield { type: 'modelContentBlockDeltaEvent', delta: { type: 'toolUseInputDelta', input } };
  } else {
    yield { type: 'modelContentBlockStartEvent' };
    yield { type: 'modelContentBlockDeltaEvent', delta: { type: 'textDelta', text: step.text } };
  }
  yield { type: 'modelContentBlockStopEvent' };
  yield { type: 'modelMessageStopEvent', stopReason: step.kind === 'call' ? 'toolUse' : 'endTurn' };
}

export class OfflinePlanner extends Model<BaseModelConfig> {
  // Not a `#` member: a wrapper that inherits from an instance (the model trace does) could not read it.
  private config: BaseModelConfig = { modelId: OFFLINE_PLANNER_ID, contextWindowLimit: 1_000_000 };

  override updateConfig(config: BaseModelConfig): void {
    this.config = { ...this.config, ...config };
  }

  override getConfig(): BaseModelConfig {
    return this.config;
  }

  /** One step: either one tool call or the final answer. */
  override async *stream(messages: Message[], options?: StreamOptions): AsyncGenerator<ModelStreamEvent> {
    const situation = situationOf(messages, options);
    yield* eventsOf(planNext(situation), `step-${situation.outcomes.length + 1}`);
  }
}
