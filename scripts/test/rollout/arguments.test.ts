/** What people type or hand over to the roll-out commands. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rolesInFile } from '../../src/lib/rollout/callers-file.ts';
import { draftFiles, writeDraft } from '../../src/lib/rollout/draft-file.ts';
import { readOverrides } from '../../src/lib/rollout/overrides.ts';
import { newFolder } from '../support/folder.ts';

describe('--override', () => {
  const REASON = 'nobody mails in June';

  test('is a tool and a role, which may have a colon', () => {
    const given = ['MailTarget___send:managers', 'HrTarget___get_salary:machine:developer'];
    expect(readOverrides(given, REASON)).toEqual([
      { tool: 'MailTarget___send', role: 'managers', reason: REASON },
      { tool: 'HrTarget___get_salary', role: 'machine:developer', reason: REASON },
    ]);
  });

  test.each([undefined, 'because', '          '])('without a reason that says something: %j', (reason) => {
    expect(() => readOverrides(['MailTarget___send:managers'], reason)).toThrow(/--reason/);
  });

  test.each(['managers', 'MailTarget___send', 'MailTarget___send:', 'send:managers', '*:*'])(
    '%s is no cell',
    (text) => {
      expect(() => readOverrides([text], REASON)).toThrow(/is not "Target___tool:role"/);
    },
  );
});

describe('--callers', () => {
  test('names subjects of another provider; no other issuer, and nobody who is not in it', () => {
    const file = join(newFolder(), 'callers.json');
    writeFileSync(file, JSON.stringify({ 'sub-1': 'managers', 'client-1': 'machine:manager' }));
    const roleOf = rolesInFile(file, 'https://issuer');
    expect(roleOf({ sub: 'sub-1', iss: 'https://issuer' })).toBe('managers');
    expect(roleOf({ sub: 'client-1', iss: undefined })).toBe('machine:manager');
    expect(roleOf({ sub: 'sub-1', iss: 'https://other' })).toBeUndefined();
    expect(roleOf({ sub: 'constructor', iss: undefined })).toBeUndefined();
  });

  test('is asked for, and must be what it should be', () => {
    expect(() => rolesInFile(undefined, 'i')).toThrow(/--callers FILE/);
    const file = join(newFolder(), 'callers.json');
    writeFileSync(file, '{"sub-1":"Managers!"}');
    expect(() => rolesInFile(file, 'i')).toThrow(/must be a JSON object/);
  });
});

describe('a draft as files', () => {
  const ARN = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/g-0123456789';
  const draft = (statement: string | undefined) => ({ from: 'Only\nmanagers', statement, findings: [] });

  test('one a statement, for any gateway, with a header that a person completes', () => {
    const files = draftFiles('mail', [draft(`permit "${ARN}";`), draft(undefined), draft('forbid x;')], ARN);
    expect(files).toEqual([
      {
        name: 'mail',
        text: '// Intent: Only managers\n// Owner: (who answers for it)\n// Reason: (why)\npermit "{{gateway}}";\n',
      },
      { name: 'mail_2', text: expect.stringContaining('forbid x;') },
    ]);
  });

  test.each(['../mail', '2mail', 'ma il', 'a'.repeat(47)])('%s is no name', (name) => {
    expect(() => draftFiles(name, [], ARN)).toThrow(/is no policy's name/);
  });

  test('never overwrite, and write nothing where one of them is there', () => {
    const folder = newFolder();
    const files = draftFiles('mail', [draft('permit x;'), draft('forbid x;')], ARN);
    writeFileSync(join(folder, 'mail_2.cedar'), 'mine');
    expect(() => writeDraft(folder, files)).toThrow(/is there already/);
    expect(existsSync(join(folder, 'mail.cedar'))).toBe(false);
    expect(readFileSync(join(folder, 'mail_2.cedar'), 'utf8')).toBe('mine');
  });
});
