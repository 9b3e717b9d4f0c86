/**
 * Runs one of the repository's commands on a machine that has only Node (20.20 or newer) and npm.
 *
 * It brings the pinned pnpm and, where this Node is too old, a current one, both from the npm registry by a committed
 * lock and without install scripts; installs the workspace with its frozen lock; then runs `scripts/src/<command>.ts`.
 * What is done already is skipped. Progress goes to stderr, so stdout stays the command's own.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(HERE);
const COMMANDS = JSON.parse(readFileSync(join(HERE, 'commands.json'), 'utf8'));

/** Oldest Node that starts this file, and oldest that runs the workspace (`engines` of the root package). */
const HOST_FLOOR = [20, 20];
const FLOOR = [22, 19];

const say = (text) => process.stderr.write(`${text}\n`);

/** One sentence that says what to do, and exit code 1. */
function stop(sentence) {
  say(sentence);
  process.exit(1);
}

const versionOf = (text) => text.replace(/^v/, '').split('.').map(Number);
const atLeast = ([major, minor], [floorMajor, floorMinor]) =>
  major > floorMajor || (major === floorMajor && minor >= floorMinor);

const digest = (...texts) => createHash('sha256').update(texts.join('\n')).digest('hex');

/** Whether a step was done for exactly these inputs before; when not, it is done and remembered. */
function once(stampFile, key, step) {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === key) return;
  step();
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, key);
}

const NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|META_FETCH_FAIL/;

/** Runs an installer; its own output is shown only when it fails. */
function install(what, file, args, cwd) {
  say(`secure-agent: installing ${what} …`);
  // Called as `npm run -s`, npm would keep its errors to itself.
  const env = { ...process.env, npm_config_update_notifier: 'false', npm_config_loglevel: 'error' };
  // Under `production` what only tests and checks need would be left out.
  delete env.NODE_ENV;
  const run = spawnSync(file, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (run.status === 0) return;
  const output = `${run.error?.message ?? ''}${run.stdout ?? ''}${run.stderr ?? ''}`;
  if (NETWORK.test(output))
    stop(
      `secure-agent: the npm registry cannot be reached to install ${what}. Check the network or "npm config get registry", then run the command again.`,
    );
  say(output.trim().split('\n').slice(-20).join('\n'));
  stop(`secure-agent: installing ${what} failed; the lines above say why.`);
}

/** npm's own script where npm started us, else the npm on the path. */
const npm = () => {
  const script = process.env.npm_execpath;
  return basename(script ?? '') === 'npm-cli.js' ? [process.execPath, [script]] : ['npm', []];
};

/** Whether this very Node is good enough, and not the one that a former run brought. */
const hostIsEnough = () => atLeast(versionOf(process.version), FLOOR) && !process.execPath.startsWith(HERE);

function nodeToRun() {
  if (hostIsEnough()) return process.execPath;
  return join(HERE, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
}

function checkHost() {
  const version = versionOf(process.version);
  if (!atLeast(version, HOST_FLOOR))
    stop(`secure-agent: Node ${process.version} is too old; install Node ${HOST_FLOOR.join('.')} or newer.`);
  if (process.platform === 'win32') stop('secure-agent: Windows is not supported; use WSL, Linux or macOS.');
  const bundled = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
  if (!atLeast(version, FLOOR) && !bundled) {
    stop(
      `secure-agent: Node ${process.version} is too old and none is bundled for ${process.platform}-${process.arch}; install Node ${FLOOR.join('.')} or newer.`,
    );
  }
}

/** pnpm, and Node where the host's is too old. What was brought for an old host serves a newer one too. */
function bringTools() {
  const key = digest(readFileSync(join(HERE, 'package-lock.json'), 'utf8'));
  const stamp = join(HERE, 'node_modules', '.installed');
  const present = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  const own = hostIsEnough();
  if (present === `${key} with node` || (own && present === key)) return;
  const [file, before] = npm();
  const flags = [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    own ? '--omit=optional' : '--include=optional',
  ];
  install(own ? 'pnpm' : 'pnpm and Node 24', file, [...before, ...flags], HERE);
  writeFileSync(stamp, own ? key : `${key} with node`);
}

/** Asserts the Node that will run, by asking it. */
function assertNode(node) {
  const run = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (run.status !== 0 || !atLeast(versionOf(run.stdout.trim()), FLOOR)) {
    stop(
      `secure-agent: the Node brought for this machine does not run; remove bootstrap/node_modules and try again, or install Node ${FLOOR.join('.')} or newer.`,
    );
  }
  return run.stdout.trim();
}

function installWorkspace(node, nodeVersion) {
  const lock = readFileSync(join(ROOT, 'pnpm-lock.yaml'), 'utf8');
  const workspace = readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8');
  once(join(ROOT, 'node_modules', '.installed'), digest(lock, workspace, nodeVersion), () => {
    const pnpm = join(HERE, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
    const flags = ['install', '--frozen-lockfile', '--ignore-scripts', '--config.confirmModulesPurge=false'];
    install('the workspace (about 300 packages)', node, [pnpm, ...flags], ROOT);
  });
}

/** npm killed by SIGTERM leaves its child: a new parent means that npm is gone. */
function watchParent(onGone) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, 500);
  timer.unref();
}

function runCommand(node, command, args) {
  const env = { ...process.env, PATH: `${dirname(node)}:${process.env.PATH ?? ''}` };
  const script = join(ROOT, 'scripts', 'src', `${command}.ts`);
  const child = spawn(node, [script, ...args], { stdio: 'inherit', env });
  const forward = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => forward(signal));
  watchParent(() => forward('SIGTERM'));
  child.on('error', () => stop('secure-agent: Node could not be started.'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function help() {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, what]) => `  npm run ${name.padEnd(width)}  ${what}`);
  return `secure-agent commands\n${lines.join('\n')}\nEach takes --help: npm run <command> -- --help`;
}

const [command = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(COMMANDS, command)) {
  say(help());
  process.exit(command === '' || command === '--help' ? 0 : 2);
}
checkHost();
bringTools();
const node = nodeToRun();
installWorkspace(node, assertNode(node));
runCommand(node, command, args);
