/** Mail templates, kept here and rendered by aws-ses-v2-local. Source: SES API v2 reference. */
import { z } from 'zod';
import type { Clock, StateStore } from '../ports.ts';
import type { SesApi } from './ses-api.ts';
import { alreadyExists, badRequest, notFound } from './ses-error.ts';
import { type Authorize, json, membersOf, pageOf, type SesOperation } from './ses-operation.ts';

/** Source: SES quotas, email templates: 500 KB with subject, HTML and text. */
const LIMIT_BYTES = 500 * 1024;
/** Source: SES API v2 reference, ListEmailTemplates, `PageSize`. */
const PAGE = 100;

const templateName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'may hold letters, digits, - and _, 64 at most');
export const templateContent = z
  .strictObject({ Subject: z.string(), Html: z.string(), Text: z.string() })
  .partial()
  .refine((content) => Buffer.byteLength(JSON.stringify(content)) <= LIMIT_BYTES, 'is larger than 500 KB');
export type TemplateContent = z.infer<typeof templateContent>;

const stored = z.strictObject({
  name: z.string(),
  content: templateContent,
  /** Milliseconds since 1970. */
  createdAt: z.number(),
});

const updateMembers = z.strictObject({ TemplateContent: templateContent });
const createMembers = updateMembers.extend({ TemplateName: templateName });
const renderMembers = z.strictObject({ TemplateData: z.string() });

export type EmailTemplates = {
  readonly operations: Readonly<Record<string, SesOperation>>;
  content(name: string): TemplateContent | undefined;
};

/** @param authorize - asks who may make, change and see templates. */
export function createEmailTemplates(
  state: StateStore,
  authorize: Authorize,
  api: Pick<SesApi, 'compiles' | 'render'>,
  now: Clock,
): EmailTemplates {
  const section = state.section('mail-templates', z.array(stored), []);
  const find = (name: string) => section.read().find((one) => one.name === name);
  const others = (name: string) => section.read().filter((one) => one.name !== name);

  function existing(name: string) {
    const found = find(name);
    if (!found) throw notFound(`Template ${name} does not exist.`);
    return found;
  }

  async function checked(content: TemplateContent): Promise<TemplateContent> {
    if (await api.compiles(content)) return content;
    throw badRequest('The template is no valid Handlebars template.');
  }

  return {
    content: (name) => find(name)?.content,
    operations: {
      async CreateEmailTemplate(request) {
        const { TemplateName: name, TemplateContent } = membersOf(createMembers, request);
        authorize(request, 'CreateEmailTemplate', `template/${name}`);
        const content = await checked(TemplateContent);
        if (find(name)) throw alreadyExists(`Template ${name} already exists.`);
        section.write([...section.read(), { name, content, createdAt: now() }]);
        return json({});
      },
      GetEmailTemplate(request, [name = '']) {
        authorize(request, 'GetEmailTemplate', `template/${name}`);
        return json({ TemplateName: name, TemplateContent: existing(name).content });
      },
      async UpdateEmailTemplate(request, [name = '']) {
        authorize(request, 'UpdateEmailTemplate', `template/${name}`);
        const content = await checked(membersOf(updateMembers, request).TemplateContent);
        section.write([...others(name), { ...existing(name), content }]);
        return json({});
      },
      ListEmailTemplates(request) {
        authorize(request, 'ListEmailTemplates', '*');
        const query = new URLSearchParams(request.search);
        const size = query.get('PageSize');
        const names = section.read().map(({ name }) => name);
        const asked = size === null ? undefined : Number(size);
        const { page, next } = pageOf(names, asked, query.get('NextToken') ?? undefined, PAGE);
        const shown = page.map((name) => ({
          ...{ TemplateName: name, CreatedTimestamp: existing(name).createdAt / 1000 },
        }));
        return json({ TemplatesMetadata: shown, ...next });
      },
      DeleteEmailTemplate(request, [name = '']) {
        authorize(request, 'DeleteEmailTemplate', `template/${name}`);
        existing(name);
        section.write(others(name));
        return json({});
      },
      async TestRenderEmailTemplate(request, [name = '']) {
        authorize(request, 'TestRenderEmailTemplate', `template/${name}`);
        const { TemplateData } = membersOf(renderMembers, request);
        const rendered = await api.render(existing(name).content, TemplateData);
        if (rendered === undefined)
          throw badRequest('The data is no JSON object, or lacks what the template names.');
        return json({ RenderedTemplate: rendered });
      },
    },
  };
}
