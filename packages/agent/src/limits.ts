/** What one request may use. */
export type Limits = {
  /** Model calls. */
  readonly turns: number;
  readonly toolCalls: number;
  /** From the first byte of work to the answer, milliseconds. */
  readonly totalMs: number;
  /** Pages of `tools/list`. */
  readonly toolPages: number;
  readonly tools: number;
};

export const DEFAULT_LIMITS: Limits = {
  turns: 12,
  toolCalls: 16,
  totalMs: 120_000,
  toolPages: 50,
  tools: 1_000,
};
