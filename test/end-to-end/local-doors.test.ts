/**
 * Who gets into a running system on a machine with a browser, a network and other users. One system for all; each
 * refusal has its twin: the same request, made good, is answered.
 */
import { afterAll, beforeAll, expect } from 'vitest';
import { belongings } from './local-doors/belongings.ts';
import { bytes } from './local-doors/bytes.ts';
import { pages } from './local-doors/pages.ts';
import { signatures, TELLTALE } from './local-doors/signatures.ts';
import { tokenLife } from './local-doors/token-life.ts';
import { DOORS, opens } from './support/doors.ts';
import { type Replaced, withFunctionCode } from './support/function-code.ts';
import { sharedAssembly, startTestSystem, type TestSystem } from './support/system.ts';

let system: TestSystem;
let code: Replaced;

beforeAll(async () => {
  code = withFunctionCode(sharedAssembly(), { of: 'ReportTarget', source: TELLTALE, timeoutSeconds: 3 });
  system = await startTestSystem(code.assembly);
  // From here on the mailbox and the decision log have something to show.
  for (const door of DOORS) expect([door, await opens(system, door)]).toEqual([door, true]);
});
afterAll(async () => {
  await system.stop();
  code.remove();
});

const running = (): TestSystem => system;
pages(running);
bytes(running);
signatures(running);
belongings(running);
tokenLife(running);
