/** Tools for tests. They are about gardens, so that the planner cannot know them from anywhere. */
import type { FakeTool } from './fake-gateway.ts';

type Properties = Record<string, { type: string; description?: string; enum?: string[] }>;

export const tool = (
  name: string,
  description: string,
  properties: Properties = {},
  required: string[] = [],
): FakeTool => ({ name, description, inputSchema: { type: 'object', properties, required } });

export const MOISTURE = tool('Garden___read_moisture', 'Reads how moist the soil of a bed is.', {
  bed_id: { type: 'string', description: 'Identifier of the bed, like B12' },
});

export const WATER = tool(
  'Garden___water_bed',
  'Waters one bed of the garden on a day.',
  {
    bed_id: { type: 'string', description: 'Identifier of the bed, like B12' },
    day: { type: 'string', description: 'Date, YYYY-MM-DD' },
    litres: { type: 'integer', description: 'How much water' },
    reason: { type: 'string', description: 'Why' },
  },
  ['bed_id', 'day', 'litres'],
);

export const DIARY = tool(
  'Diary___write_entry',
  'Turns notes into a formatted diary entry.',
  {
    notes_text: { type: 'string', description: 'The notes' },
    title: { type: 'string', description: 'Title of the entry' },
  },
  ['notes_text'],
);

export const POST = tool(
  'Diary___post_to_neighbour',
  'Posts a text to a neighbour as an e-mail.',
  {
    body_markdown: { type: 'string', description: 'Body of the letter' },
    recipient: { type: 'string', description: 'E-mail address of the neighbour' },
    headline: { type: 'string', description: 'First line' },
  },
  ['body_markdown', 'recipient'],
);

export const GARDEN = [MOISTURE, WATER, DIARY, POST];
