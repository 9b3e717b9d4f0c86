/** The whole synthesis, as scripts and the CDK CLI start it. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Assembly, synthesize } from '../src/index.ts';
import { POLICY_FOLDER, REPOSITORY } from '../src/repository.ts';
import { realConfiguration } from './support/synthesized.ts';

const run = promisify(execFile);
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'infra-synthesis-'));
});
afterAll(() => rmSync(root, { recursive: true }));

/** Time of a processor, not of the clock: other work on the machine does not count. */
const TELLS_ITS_TIME = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => { const { user, system } = process.cpuUsage(); console.error('busy', (user + system) / 1e6); });",
)}`;

const bundlesLeft = () => readdirSync(tmpdir()).filter((name) => name.startsWith('secure-agent-bundles-'));

describe('as the CDK CLI starts it: another folder, an environment that holds PATH and no more', () => {
  let assembly: Assembly;
  let leftBefore: string[];
  let seconds: number;
  beforeAll(async () => {
    leftBefore = bundlesLeft();
    assembly = { assemblyFolder: join(root, 'cli'), stackName: 'secure-agent-local' };
    // No Node on it either: an absolute path runs the entry, and neither npm nor Docker can be found.
    const env = { PATH: root, STAGE: 'local', CDK_OUTDIR: assembly.assemblyFolder };
    const args = ['--import', TELLS_ITS_TIME, join(REPOSITORY, 'infra/src/main.ts')];
    const { stderr } = await run(process.execPath, args, { cwd: root, env });
    seconds = Number(/^busy (.+)$/m.exec(stderr)?.[1]);
  });

  const read = (name: string) => JSON.parse(readFileSync(join(assembly.assemblyFolder, name), 'utf8'));

  test('the assembly names account 000000000000 in us-east-1', () => {
    const { artifacts } = read('manifest.json');
    expect(artifacts[assembly.stackName]).toMatchObject({
      type: 'aws:cloudformation:stack',
      environment: 'aws://000000000000/us-east-1',
      properties: { templateFile: 'secure-agent-local.template.json' },
    });
  });

  test('it takes a processor less than 15 seconds', () => {
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(15);
  });

  test('nothing is looked up in an account', () => {
    expect(read('manifest.json').missing).toBeUndefined();
  });

  test('the CloudFormation rules and the rule pack ran and found nothing', () => {
    const reports: { violations: unknown[] }[] = read('validation-report.json').pluginReports;
    expect(reports.map(({ violations }) => violations)).toEqual([[]]);
  });

  test('each function’s code is one file that its asset names', () => {
    const { Resources } = read('secure-agent-local.template.json');
    const { files } = read('secure-agent-local.assets.json');
    const functions = Object.values<{ Type: string; Properties: { Code: { S3Key: string } } }>(
      Resources,
    ).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    expect(functions).toHaveLength(5);
    for (const { Properties } of functions) {
      const { path } = files[Properties.Code.S3Key.replace('.zip', '')].source;
      expect(readdirSync(join(assembly.assemblyFolder, path))).toEqual(['index.mjs']);
    }
  });

  test('the image’s context is the Dockerfile and the agent’s bundle, for arm64', () => {
    const { dockerImages } = read('secure-agent-local.assets.json');
    const [[hash, image] = []] = Object.entries<{ source: { directory: string; platform: string } }>(
      dockerImages,
    );
    expect(readdirSync(join(assembly.assemblyFolder, image?.source.directory ?? '')).toSorted()).toEqual([
      'Dockerfile',
      'main.mjs',
    ]);
    expect(image?.source.platform).toBe('linux/arm64');
    expect(JSON.stringify(read('secure-agent-local.template.json'))).toContain(`:${hash}`);
  });

  test('the temporary bundles are gone', () => {
    expect(bundlesLeft()).toEqual(leftBefore);
  });

  test('the same sources give the same template, byte for byte, from a script too', async () => {
    const again = await synthesize({ outdir: join(root, 'script'), stage: 'local', checks: false });
    const name = 'secure-agent-local.template.json';
    expect(again.stackName).toBe(assembly.stackName);
    expect(isAbsolute(again.assemblyFolder)).toBe(true);
    expect(readFileSync(join(again.assemblyFolder, name), 'utf8')).toBe(
      readFileSync(join(assembly.assemblyFolder, name), 'utf8'),
    );
  });
});

test('a broken rule stops it: a production stage in LOG_ONLY says why, or is not synthesized', async () => {
  const policyFolder = join(root, 'production');
  cpSync(POLICY_FOLDER, policyFolder, { recursive: true });
  const rollout = (entry: object) =>
    writeFileSync(join(policyFolder, 'rollout.json'), JSON.stringify({ stages: { prod: entry } }));
  const options = { outdir: join(root, 'prod'), stage: 'prod', policyFolder, checks: false };
  rollout({ mode: 'LOG_ONLY' });
  await expect(synthesize(options)).rejects.toMatchObject({
    code: 'rule_broken',
    message: expect.stringContaining('(rule gateway-policy-engine)'),
  });
  rollout({ mode: 'LOG_ONLY', reason: 'observing the new stage' });
  await expect(synthesize(options)).resolves.toMatchObject({ stackName: 'secure-agent-prod' });
});

describe('what stops it before anything is written', () => {
  const refused = (outdir: string) => ({ outdir: join(root, outdir), stage: 'local' });

  test('a policy with a syntax error, named', async () => {
    const policyFolder = join(root, 'policies');
    cpSync(POLICY_FOLDER, policyFolder, { recursive: true });
    writeFileSync(join(policyFolder, 'broken.cedar'), 'permit (principal, action, resource) when { nonsense');
    const options = { ...refused('broken'), policyFolder };
    await expect(synthesize(options)).rejects.toMatchObject({
      code: 'policy_invalid',
      message: expect.stringMatching(/^policies\/broken\.cedar:1:\d+: /),
    });
    expect(existsSync(join(options.outdir, 'manifest.json'))).toBe(false);
  });

  test('a stage without a mode, with the stages that have one', async () => {
    await expect(synthesize({ ...refused('stage'), stage: 'prod' })).rejects.toMatchObject({
      code: 'rollout_invalid',
      message: expect.stringContaining('only local, dev'),
    });
  });

  test('a mode that does not exist', async () => {
    const policyFolder = mkdtempSync(join(root, 'rollout-'));
    writeFileSync(join(policyFolder, 'rollout.json'), '{"stages":{"local":{"mode":"ENFORCED"}}}');
    await expect(synthesize({ ...refused('mode'), policyFolder })).rejects.toMatchObject({
      code: 'rollout_invalid',
    });
  });

  test.each([
    ['a group with a scope that is not defined', { groups: { employees: ['invoke', 'fly'] } }, /fly/],
    ['no scope for the doors', { scopes: {}, groups: {}, machines: {}, people: [] }, /./],
    ['a sender of another domain', { company: { domain: 'example.com', sender: 'a@example.org' } }, /sender/],
  ])('%s', async (_what, change, message) => {
    const configuration = { ...realConfiguration, ...change };
    await expect(synthesize({ ...refused('configuration'), configuration })).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringMatching(message),
    });
  });

  test('one sentence and exit code 1 from the CDK entry', async () => {
    const env = { PATH: '', STAGE: 'Prod', CDK_OUTDIR: join(root, 'exit') };
    const failed = run(process.execPath, [join(REPOSITORY, 'infra/src/main.ts')], { cwd: root, env });
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'Stage "Prod" must be 1 to 16 lower-case letters or digits and start with a letter.\n',
    });
  });
});
