/** Ends the process when the parent's end of the lifeline closes: also when the parent was killed with SIGKILL. */
import { Socket } from 'node:net';
import { workerData } from 'node:worker_threads';

const lifeline = new Socket({ fd: workerData, readable: true, writable: false });
lifeline.on('error', () => {});
lifeline.on('close', () => process.kill(process.pid, 'SIGKILL'));
lifeline.resume();
