/**
 * Decisions of one policy engine in a second of processor time: what one core does, whoever else uses it.
 * Run as a process; argument: milliseconds for each measurement.
 */
import { createPolicyEngine } from '@secure-agent/policy';
import { ISSUER, personClaims } from './issuer.ts';
import { argumentsOf, fullName, GATEWAY_ARN, policiesOf, TARGET, toolsOf } from './workload.ts';

const TOOLS = 50;
const PEOPLE = 100;

const people = Array.from({ length: PEOPLE }, (_, person) => {
  const claims = personClaims(person, Date.now());
  return { sub: String(claims['sub']), iss: ISSUER, claims };
});

/** @returns decisions a second with so many policies, spread over the tools. */
function measure(policies: number, milliseconds: number): number {
  const tools = toolsOf(TOOLS).map(({ name, inputSchema }) => ({ name: `${TARGET}___${name}`, inputSchema }));
  using engine = createPolicyEngine({
    gatewayArn: GATEWAY_ARN,
    tools,
    policies: policiesOf(policies, TOOLS),
  });
  // With fewer policies than tools, only tools that have one are asked for.
  const asked = Math.min(policies, TOOLS);
  let index = 0;
  const decideFor = (span: number): number => {
    const startedAt = performance.now();
    const spentBefore = process.cpuUsage();
    const from = index;
    while (performance.now() - startedAt < span) {
      for (let turn = 0; turn < 20; turn += 1) {
        const principal = people[index % PEOPLE] ?? { sub: '', claims: {} };
        const tool = fullName(index % asked);
        const { decision, reason } = engine.decide({
          principal,
          tool,
          args: argumentsOf(index),
          now: Date.now(),
        });
        if (decision !== 'ALLOW') throw new Error(`decisions: ${tool} was denied: ${reason}`);
        index += 1;
      }
    }
    const { user, system } = process.cpuUsage(spentBefore);
    return ((index - from) / (user + system)) * 1e6;
  };
  decideFor(milliseconds / 4);
  return decideFor(milliseconds);
}

const milliseconds = Number(process.argv[2]);
process.send?.([1, 10, 100, 1000].map((policies) => ({ policies, rate: measure(policies, milliseconds) })));
