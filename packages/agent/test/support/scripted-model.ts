/** A model that does what the test says, and remembers everything it was shown. */
import {
  type BaseModelConfig,
  type Message,
  Model,
  type ModelStreamEvent,
  type StreamOptions,
} from '@strands-agents/sdk';

export type Turn =
  | { readonly tool: string; readonly input: unknown }
  | { readonly text: string }
  | { readonly fail: string };

export class ScriptedModel extends Model<BaseModelConfig> {
  /** Everything that was put before the model, one JSON text a turn. */
  readonly shown: string[] = [];
  readonly #script: (turn: number) => Turn;
  readonly #before: () => Promise<void>;

  constructor(script: (turn: number) => Turn, before: () => Promise<void> = async () => undefined) {
    super();
    this.#script = script;
    this.#before = before;
  }

  override updateConfig(): void {
    // Nothing to configure.
  }

  override getConfig(): BaseModelConfig {
    return { modelId: 'scripted', contextWindowLimit: 1_000_000 };
  }

  override async *stream(messages: Message[], options?: StreamOptions): AsyncGenerator<ModelStreamEvent> {
    const { systemPrompt, toolSpecs, toolChoice, modelState, agentMetadata } = options ?? {};
    this.shown.push(
      JSON.stringify({ messages, systemPrompt, toolSpecs, toolChoice, modelState, agentMetadata }),
    );
    const turn = this.#script(this.shown.length - 1);
    await this.#before();
    if ('fail' in turn) throw new Error(turn.fail);
    yield { type: 'modelMessageStartEvent', role: 'assistant' };
    if ('tool' in turn) {
      const start = { type: 'toolUseStart' as const, name: turn.tool, toolUseId: `t${this.shown.length}` };
      yield { type: 'modelContentBlockStartEvent', start };
      const input = JSON.stringify(turn.input);
      yield { type: 'modelContentBlockDeltaEvent', delta: { type: 'toolUseInputDelta', input } };
    } else {
      yield { type: 'modelContentBlockStartEvent' };
      yield { type: 'modelContentBlockDeltaEvent', delta: { type: 'textDelta', text: turn.text } };
    }
    yield { type: 'modelContentBlockStopEvent' };
    yield { type: 'modelMessageStopEvent', stopReason: 'tool' in turn ? 'toolUse' : 'endTurn' };
  }
}
