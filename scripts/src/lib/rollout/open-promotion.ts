/** Everything that a promotion asks of a system, over the system's own doors. */
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { ClientError } from '@secure-agent/client';
import { type AnyOutputs, type Configuration, hasOwnPool } from '@secure-agent/contracts';
import { type PromotionPorts, readRoles, SYSTEM_CLOCK, takeLock, writeStage } from '@secure-agent/operations';
import { STATE } from '../paths.ts';
import { callDenied } from '../phase/observe.ts';
import { MACHINE_TOKEN, openAnySystem, settingsOf } from '../phase/system.ts';
import { note, visibleLines } from '../terminal.ts';
import { rolesInFile } from './callers-file.ts';
import { lockFile, type PolicyFolder } from './policy-folder.ts';
import { openDecisions } from './read-decisions.ts';
import { whoAmI } from './who.ts';

export type OpenPromotion = {
  readonly outputs: AnyOutputs;
  readonly ports: PromotionPorts;
  readonly by: string;
  close(): void;
};

type Asked = {
  /** A deployed stage; the local system when left out. */
  readonly stage: string | undefined;
  readonly configuration: Configuration;
  readonly folder: PolicyFolder;
  /** File that says who the callers of another provider are. */
  readonly callers: string | undefined;
};

async function rolesOf(
  outputs: AnyOutputs,
  { configuration, callers }: Asked,
): Promise<PromotionPorts['roleOf']> {
  if (!hasOwnPool(outputs)) return rolesInFile(callers, outputs.issuer);
  const cognito = new CognitoIdentityProviderClient({ ...settingsOf(STATE, outputs) });
  try {
    return await readRoles(cognito, outputs, Object.keys(configuration.groups));
  } finally {
    cognito.destroy();
  }
}

type System = Awaited<ReturnType<typeof openAnySystem>>;

/** The effect of ENFORCE is seen by a machine's call. @throws ClientError `no_system` where there is no machine. */
function deniedCallOf({ outputs, machineToken }: System): PromotionPorts['deniedCall'] {
  if (machineToken !== undefined) return () => callDenied({ outputs }, machineToken);
  throw new ClientError(
    'no_system',
    `No call could show that the gateway enforces: it takes a machine's token. Configure one under machines; behind another provider, put its token into ${MACHINE_TOKEN}.`,
  );
}

/**
 * Takes the stage's lock and prepares the calls.
 * @throws OperationError `promotion_locked`; ClientError `no_system` and those of signing in; UsageError.
 */
export async function openPromotion(asked: Asked): Promise<OpenPromotion> {
  const { stage, folder } = asked;
  const system = await openAnySystem(STATE, stage);
  const { outputs, control } = system;
  const decisions = openDecisions(outputs);
  const closeAll = (): void => {
    decisions.close();
    system.close();
  };
  try {
    const by = await whoAmI(outputs);
    const roleOf = await rolesOf(outputs, asked);
    const deniedCall = deniedCallOf(system);
    const request = { file: lockFile(outputs.stage), command: 'promote', by, clock: SYSTEM_CLOCK } as const;
    const lock = takeLock(request);
    const ports: PromotionPorts = {
      ...{ control, roleOf, deniedCall, lock, clock: SYSTEM_CLOCK },
      decisions: decisions.source,
      record: (entry) => writeStage(folder.rolloutFile, outputs.stage, entry),
      say: (line) => note(visibleLines(line)),
    };
    const close = (): void => {
      lock.release();
      closeAll();
    };
    return { outputs, ports, by, close };
  } catch (error) {
    closeAll();
    throw error;
  }
}
