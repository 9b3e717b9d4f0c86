/** Machine clients: each lists exactly its tools at the gateway and is refused at the runtime. */
import { connectGateway } from '@secure-agent/client';
import { counted } from '../observe.ts';
import type { Observed, StoryRow } from '../story-row.ts';
import { askAgent } from '../wire.ts';
import type { World } from '../world.ts';

async function listed(world: World, token: string): Promise<Observed> {
  const gateway = await connectGateway(world.outputs.gatewayUrl, token);
  try {
    const tools = await gateway.listTools();
    const names = tools.map(({ name }) => name).toSorted();
    const shown = tools.some(({ inputSchema }) => Object.hasOwn(inputSchema.properties ?? {}, 'caller'));
    const outcome = `${names.join(' ') || 'nothing'}${shown ? ' with a caller field' : ''}`;
    return { runtime: '-', gateway: counted(names.length, 'tool'), policy: '-', tool: '-', outcome };
  } finally {
    await gateway.close();
  }
}

async function refusedAtRuntime(world: World, token: string): Promise<Observed> {
  const from = world.evidence.logEnd();
  const { status } = await askAgent(world.outputs, token, { prompt: 'What can you do?' });
  const reason = world.evidence.decisions(from).findLast(({ door }) => door === 'runtime')?.reason;
  return { runtime: String(status), gateway: '-', policy: '-', tool: '-', outcome: `${status} ${reason}` };
}

const role = (name: string, tools: string): readonly StoryRow[] => [
  {
    id: `machine-${name}-tools`,
    who: `${name}, machine`,
    asked: 'tools/list at the gateway',
    expected: tools,
    layers: ['-', '1 tool', '-', '-'],
    run: async (world) => listed(world, await world.tokens.machine(name)),
  },
  {
    id: `machine-${name}-runtime`,
    who: `${name}, machine`,
    asked: 'The agent',
    expected: '401 client_mismatch',
    layers: ['401', '-', '-', '-'],
    run: async (world) => refusedAtRuntime(world, await world.tokens.machine(name)),
  },
];

export const machineRows: readonly StoryRow[] = [
  ...role('manager', 'ReportTarget___markdown_to_email'),
  ...role('developer', 'ReportTarget___format_report'),
  {
    id: 'maria-tools',
    who: 'maria, manager',
    asked: 'tools/list at the gateway',
    expected:
      'HrTarget___approve_leave HrTarget___get_leave_balance HrTarget___request_leave ReportTarget___format_report ReportTarget___markdown_to_email',
    layers: ['-', '5 tools', '-', '-'],
    run: async (world) => listed(world, await world.tokens.person('maria')),
  },
];
