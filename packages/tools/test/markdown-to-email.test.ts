import type { JsonObject } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { createMarkdownToEmail, type Mail } from '../src/markdown-to-email/run.ts';
import { readHtml } from './html.ts';
import { call, codeOf, dispatcherOf, MACHINE, MARIA, type Who } from './support.ts';

const good = { markdown_content: 'Hello', recipient_email: 'eve@example.com' };

async function mail(args: JsonObject, who: Who = MARIA) {
  const sent: Mail[] = [];
  const sendMail = async (message: Mail) => {
    sent.push(message);
    return { messageId: 'message-1' };
  };
  const tool = createMarkdownToEmail({ sendMail, domain: 'example.com' });
  const target = dispatcherOf({ target: 'ReportTarget', tools: [tool] });
  const answer = await call(target, who, 'ReportTarget___markdown_to_email', { ...good, ...args });
  return { answer, sent };
}

async function render(markdown_content: string) {
  const { answer, sent } = await mail({ markdown_content });
  const [message] = sent;
  if (message === undefined) throw new Error(JSON.stringify(answer));
  return { ...message, ...readHtml(message.html) };
}

describe('markdown_to_email', () => {
  it('sends one mail, with the usual subject', async () => {
    const { answer, sent } = await mail({});
    expect(answer).toEqual({
      status: 'sent',
      message_id: 'message-1',
      recipient_email: 'eve@example.com',
      subject: 'Report',
    });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ to: 'eve@example.com', subject: 'Report' });
    expect(Object.keys(sent[0] ?? {}).sort()).toEqual(['html', 'subject', 'text', 'to']);
  });

  it('keeps tables, line breaks, headings, lists and code', async () => {
    const { elements, shown, text } = await render(
      '# Title\n\none\ntwo\n\n| a | b |\n| :-: | --- |\n| 1 | 2 |\n\n- x\n\n1. y\n\n```\ncode\n```\n\n**s** *e* ~~d~~\n\n> q',
    );
    const names = elements.map(({ name }) => name);
    for (const name of [
      'h1',
      'br',
      'table',
      'thead',
      'th',
      'td',
      'ul',
      'ol',
      'li',
      'pre',
      'code',
      'strong',
      'em',
      's',
      'blockquote',
    ]) {
      expect(names).toContain(name);
    }
    expect(elements.find(({ name }) => name === 'td')?.attributes).toEqual({ style: 'text-align:center' });
    expect(shown).toMatch(/one\s+two/);
    expect(text).toMatch(/^# Title\n\none\ntwo\n/);
  });

  it.each<[string, Who, string]>([
    ['an employee', MARIA, 'Requested by employee E200 (acme).'],
    ['a machine', MACHINE, 'Requested by client machine-manager.'],
  ])('says in both parts that %s asked for it, from the verified caller', async (_, who, footer) => {
    const { sent } = await mail({}, who);
    expect(sent[0]?.text).toContain(footer);
    expect(readHtml(sent[0]?.html ?? '').shown).toContain(footer);
  });
});

describe('the recipient', () => {
  it.each(['eve@example.com', 'eve@EXAMPLE.com', 'e.v-e+tag@example.com'])('%j is one', async (to) => {
    const { sent } = await mail({ recipient_email: to });
    expect(sent.map((message) => message.to)).toEqual([to]);
  });

  it.each([
    '',
    'eve',
    '@example.com',
    'eve@',
    'eve@evil.test',
    'eve@example.com\r\nBcc: e@evil.test',
    'eve@example.com\n',
    ' eve@example.com',
    'eve@example.com, e@evil.test',
    'e@evil.test,eve@example.com',
    'e@evil.test;eve@example.com',
    '"e@evil.test x"@example.com',
    '<e@evil.test> eve@example.com',
    'Eve <eve@example.com>',
    '<eve@example.com>',
    'eve(e@evil.test)@example.com',
    'g: e@evil.test;',
    'e@evil.test@example.com',
    'eve%evil.test@example.com@evil.test',
    'eve@exаmple.com',
    'eve@example.com.',
    'eve@sub.example.com',
    'eve@notexample.com',
    'eve@xn--exmple-4nf.com',
    'eve@example．com',
    'eve@ｅxample.com',
    'eve@[1.2.3.4]',
    'ev\u0000e@example.com',
    'ev\u200be@example.com',
    `${'a'.repeat(250)}@example.com`,
  ])('%j is none: refused, nothing is sent', async (to) => {
    const { answer, sent } = await mail({ recipient_email: to });
    expect(codeOf(answer)).toBe('recipient_refused');
    expect(sent).toEqual([]);
  });

  it.each([
    ['CP-09 two addresses, the second at home', 'a@evil.com,b@example.com'],
    ['CP-09 an address in angle brackets behind a quoted name', '"x"<a@evil.com>@example.com'],
    ['CP-09 two lines', 'a@evil.com\n@example.com'],
  ])('%s: what a pattern takes for a good ending is refused here', async (_row, to) => {
    expect(to.endsWith('@example.com')).toBe(true);
    const { answer, sent } = await mail({ recipient_email: to });
    expect([codeOf(answer), sent]).toEqual(['recipient_refused', []]);
    expect((await mail({})).sent).toHaveLength(1);
  });

  it.each([[['eve@example.com']], [{ address: 'eve@example.com' }], [7], [null]])(
    '%j is no text',
    async (to) => {
      const { answer, sent } = await mail({ recipient_email: to });
      expect(codeOf(answer)).toBe('invalid_input');
      expect(sent).toEqual([]);
    },
  );
});

describe('other arguments', () => {
  it.each<[string, JsonObject]>([
    ['bcc', { bcc: 'e@evil.test' }],
    ['cc', { cc: 'e@evil.test' }],
    ['replyTo', { replyTo: 'e@evil.test' }],
    ['from', { from: 'ceo@example.com' }],
    ['headers', { headers: { Bcc: 'e@evil.test' } }],
    ['attachments', { attachments: [] }],
    ['envelope', { envelope: { size: 'x\r\nRCPT TO:<e@evil.test>' } }],
    ['an empty subject', { subject: '' }],
    ['a subject with a line end', { subject: 'a\r\nBcc: e@evil.test' }],
    ['a subject with LF', { subject: 'a\nb' }],
    ['a subject with U+2028', { subject: 'a\u2028b' }],
    ['a subject with NUL', { subject: 'a\u0000' }],
    ['a subject with a direction override', { subject: 'a\u202Eb' }],
    ['a subject with a zero width', { subject: 'a\u200bb' }],
    ['a long subject', { subject: 'a'.repeat(201) }],
    ['no content', { markdown_content: '' }],
    ['too much content', { markdown_content: 'a'.repeat(50_001) }],
    [
      'a table that grows',
      { markdown_content: `${'|'.repeat(200)}\n${'|-'.repeat(199)}|\n${'x\n'.repeat(2000)}` },
    ],
    ['a JWT', { markdown_content: `x eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.${'a'.repeat(40)} y` }],
    ['a JWT in the subject', { subject: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.abc' }],
    ['an AWS key', { markdown_content: 'key AKIAIOSFODNN7EXAMPLE' }],
    ['an AWS key behind a character reference', { markdown_content: 'key &#65;KIAIOSFODNN7EXAMPLE' }],
    ['EM-14: an AWS key with emphasis in it', { markdown_content: 'key AKIA**IOSFODNN7EXAMPLE**' }],
    ['a private key', { markdown_content: '-----BEGIN RSA PRIVATE KEY-----' }],
  ])('%s: refused, nothing is sent', async (_, args) => {
    const { answer, sent } = await mail(args);
    expect(codeOf(answer)).toBe('invalid_input');
    expect(sent).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    ['a subject of 200 characters', { subject: 'ä'.repeat(200) }],
    ['a null subject', { subject: null }],
    ['a word that starts like a key', { markdown_content: 'AKIA and eyJ and -----BEGIN CERTIFICATE-----' }],
    ['the largest content', { markdown_content: 'a'.repeat(50_000) }],
  ])('%s: sent', async (_, args) => {
    expect((await mail(args)).sent).toHaveLength(1);
  });
});

const ELEMENTS = new Set(
  'html body h1 h2 h3 h4 h5 h6 p br hr blockquote strong em s ul ol li pre code a table thead tbody tr th td'.split(
    ' ',
  ),
);

describe('the HTML part, read by a parser', () => {
  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)><desc>',
    '<iframe srcdoc="<script>alert(1)</script>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<form action=https://evil.test><input name=p>',
    '<meta http-equiv=refresh content="0;url=https://evil.test">',
    '<link rel=stylesheet href=https://evil.test><style>@import "https://evil.test"</style>',
    '<base href=https://evil.test>',
    '<p style="background:url(https://evil.test)">x</p>',
    '<div style="position:fixed">x</div>',
    '<img srcset="https://evil.test 1x">',
    '![pixel](https://evil.test/?d=1)',
    '![pixel][r]\n\n[r]: https://evil.test/?d=1',
    '![pixel](data:image/png;base64,AAAA)',
    '[x](https://a.test "onmouseover=alert(1)")',
    '[x](<https://a.test" onclick="alert(1)>)',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java\nscript:alert(1))',
    '[x](java&#10;script:alert(1))',
    '[x](&#x6a;avascript:alert(1))',
    '[x](&#106&#97vascript:alert(1))',
    '[x](data:text/html,<script>)',
    '[x](vbscript:x)',
    '[x](file:///etc/passwd)',
    '[x](http://a.test)',
    '[x](//evil.test)',
    '[x](/relative)',
    '[x](#anchor)',
    '[x](https:evil.test)',
    '[x](https:\\\\evil.test)',
    '[x](https://bank.test@evil.test)',
    '[x](mailto:a@b.test?bcc=e@evil.test)',
    '<javascript:alert(1)>',
    '```"><script>alert(1)</script>\nx\n```',
    '| a |\n| - |\n| <script>x</script> |',
    '\\<script>alert(1)\\</script>',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
  ])('%j leaves nothing that runs, fetches or posts', async (markdown) => {
    const { elements } = await render(markdown);
    for (const { name, attributes } of elements) {
      expect(ELEMENTS).toContain(name);
      const { href, rel, style, start, border, cellpadding, cellspacing, ...others } = attributes;
      expect(others).toEqual({});
      if (href !== undefined) expect(href).toMatch(/^(?:https:\/\/a\.test[^@]*|mailto:[^?]+)$/);
      if (style !== undefined) expect(style).toMatch(/^text-align:(?:left|right|center)$/);
    }
  });

  it.each([
    ['[x](https://a.test/p?q=1)', 'https://a.test/p?q=1'],
    ['<https://a.test/p>', 'https://a.test/p'],
    ['[x](mailto:a@b.test)', 'mailto:a@b.test'],
  ])('keeps the link %j, and says noopener', async (markdown, href) => {
    const { elements } = await render(markdown);
    expect(elements.filter(({ name }) => name === 'a').map(({ attributes }) => attributes)).toEqual([
      { href, rel: 'noopener noreferrer' },
    ]);
  });

  it("keeps a picture's description", async () => {
    expect((await render('![the chart](https://a.test/i.png)')).shown).toContain('the chart');
  });
});

describe('both parts say the same', () => {
  it.each([
    ['raw HTML', 'a <span hidden>secret</span> b', 'secret'],
    ['a comment', 'a <!-- secret --> b', 'secret'],
    ['a reference definition', 'a\n\n[x]: secret\n\nb', 'secret'],
  ])('%s is seen in both', async (_, markdown, word) => {
    const { shown, text } = await render(markdown);
    expect(shown).toContain(word);
    expect(text).toContain(word);
  });

  it.each([
    ['a direction override', 'pay\u202Eevil'],
    ['a zero width', 'pay\u200Bevil'],
    ['a joiner next to ASCII', 'pay\u200Devil'],
    ['a byte order mark', 'pay\uFEFFevil'],
    ['a tag character', 'pay\u{E0041}evil'],
    ['NUL', 'pay\u0000evil'],
    ['an escape', 'pay\u001bevil'],
    ['a character reference to one', 'pay&#8238;evil'],
  ])('%s is in neither', async (_, markdown) => {
    const { html, text, shown } = await render(markdown);
    expect(shown).toContain('payevil');
    for (const part of [html, text]) expect(part).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });

  it('an emoji that is joined stays one', async () => {
    expect((await render('a 👩\u200d💻 b')).html).toContain('👩\u200d💻');
  });
});

describe('worst-case Markdown', () => {
  it.each([
    ['stars', '*'],
    ['brackets', '['],
    ['quotes', '>'],
    ['nested quotes', '> '],
    ['nested lists', '- '],
    ['open links', '[a](<b'],
    ['strong', '**a '],
    ['back-ticks', '`'],
    ['table cells', '|'],
    ['entities', '&#x6a;'],
  ])('%s: answered, and the cost grows no faster than the text', async (_, unit) => {
    // Processor time, not the clock on the wall: other work on the machine does not count.
    const cost = async (size: number) => {
      const began = process.cpuUsage();
      await mail({ markdown_content: unit.repeat(Math.floor(size / unit.length)) });
      return process.cpuUsage(began).user / 1000;
    };
    const least = async (size: number) => Math.min(await cost(size), await cost(size), await cost(size));
    const [small, large] = [await least(12_500), await least(50_000)];
    // Four times the text: linear is 4, quadratic is 16. The floor, in milliseconds, is for runs too short to compare.
    expect(large).toBeLessThan(12 * Math.max(small, 10));
  });
});
