/** Reads a policy folder: its statements as the synthesis reads them, and which of its other files count. */
export { readPolicySources } from '@secure-agent/infra';

/** Whether a file of the folder of cases is a table: all commands must read the same ones. */
export const isCaseTable = (file: string): boolean => /\.ya?ml$/.test(file);
