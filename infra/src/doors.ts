/** How far a stage is in its roll-out: what its two doors ask for, and whether policies decide. */
import type { Configuration, ConfiguredPhase } from '@secure-agent/contracts';
import type { Stage } from './stage.ts';
import { SynthesisError } from './synthesis-error.ts';

/** What the configuration chooses for a stage. */
export type Doors = {
  readonly phase: ConfiguredPhase;
  /** Whether the gateway asks nobody who calls. */
  readonly gatewayOpen: boolean;
};

/** Of a stage that the configuration says nothing about. */
export const CLOSED: Doors = { phase: 'policy', gatewayOpen: false };

const refused = (what: string, stage: string): SynthesisError =>
  new SynthesisError(
    'configuration_invalid',
    `${what} is for stages whose data may go, and "${stage}" keeps its data. Take it out of the configuration.`,
  );

/**
 * Reads it.
 * @throws SynthesisError `configuration_invalid` where a stage that keeps its data would be without tokens, without
 * policies, or with a gateway that asks nobody.
 */
export function doorsOf(
  { phases = {}, development }: Pick<Configuration, 'phases' | 'development'>,
  { name, disposable }: Pick<Stage, 'name' | 'disposable'>,
): Doors {
  const phase = (Object.hasOwn(phases, name) ? phases[name] : undefined) ?? CLOSED.phase;
  const gatewayOpen = development?.gatewayWithoutAuthorizer === true;
  if (!disposable && phase !== 'policy') throw refused(`Phase "${phase}"`, name);
  if (!disposable && gatewayOpen) throw refused('development.gatewayWithoutAuthorizer', name);
  return { phase, gatewayOpen };
}
