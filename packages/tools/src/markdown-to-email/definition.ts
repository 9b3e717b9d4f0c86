import type { ToolDefinition } from '@secure-agent/contracts';

export const markdownToEmailDefinition: ToolDefinition = {
  name: 'markdown_to_email',
  description:
    'Sends Markdown as an e-mail, formatted and as plain text, to one address at the company domain. ' +
    'Use this when someone asks to mail a report or a text to a colleague.',
  inputSchema: {
    type: 'object',
    properties: {
      markdown_content: { type: 'string', description: 'The Markdown to send; tables are kept.' },
      recipient_email: { type: 'string', description: 'One plain address at the company domain.' },
      subject: { type: 'string', description: 'One line of at most 200 characters. "Report" when left out.' },
    },
    required: ['markdown_content', 'recipient_email'],
  },
};
