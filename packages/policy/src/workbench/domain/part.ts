/** The part of a domain about one tool and one role. */
import type { PolicyTool } from '../../schema.ts';
import type { Role } from '../model/role.ts';
import type { Axis } from './choice.ts';
import type { Tuple } from './plan.ts';

/** Its axes, and the combinations that are walked. */
export type Part = {
  readonly tool: PolicyTool;
  readonly role: Role;
  readonly axes: readonly Axis[];
  readonly size: number;
  readonly tuples: () => Iterable<Tuple>;
  /** How far the combinations were walked. */
  readonly walked: 'whole' | 'pairs' | 'cut';
};
