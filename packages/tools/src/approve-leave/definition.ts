import type { ToolDefinition } from '@secure-agent/contracts';

export const approveLeaveDefinition: ToolDefinition = {
  name: 'approve_leave',
  description:
    'Approves a pending leave request of a team member and takes its days from their balance. ' +
    'Use this when a manager decides to grant a request and names its id.',
  inputSchema: {
    type: 'object',
    properties: {
      request_id: { type: 'string', description: 'Id that request_leave gave, such as E100-5f0c….' },
    },
    required: ['request_id'],
  },
};
