import type { ToolDefinition } from '@secure-agent/contracts';

export const formatReportDefinition: ToolDefinition = {
  name: 'format_report',
  description:
    'Turns CSV data into a Markdown report: a heading and one table. ' +
    'Use this when someone wants figures or rows presented as a report.',
  inputSchema: {
    type: 'object',
    properties: {
      title: { type: 'string', description: 'Heading of the report, one line of at most 200 characters.' },
      data: {
        type: 'string',
        description: 'CSV text; its first line holds the column names. Quote values that hold a comma.',
      },
    },
    required: ['title', 'data'],
  },
};
