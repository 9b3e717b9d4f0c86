import { argumentsProblemText } from '../arguments-check.ts';
import { type Stage, withToolError } from '../exchange.ts';
import { authorizedCallOf } from './authorized-call.ts';

/** Refuses arguments that do not fit the tool's schema. After the policy, so that a hidden tool shows no schema. */
export const checkArguments: Stage = (exchange) => {
  const { tool, args } = authorizedCallOf(exchange);
  const problems = tool.checkArguments(args);
  return problems.length === 0 ? exchange : withToolError(exchange, argumentsProblemText(problems));
};
