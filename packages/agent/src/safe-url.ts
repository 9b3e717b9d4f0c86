/** Addresses that the agent is configured with and sends something to. */

const isLoopback = (hostname: string): boolean => /^(?:127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);

/**
 * Reads an address: https, or http on this machine.
 * @param variable - name of the environment variable that holds it.
 * @throws TypeError that names the variable and does not repeat its value.
 */
export function readSafeUrl(variable: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!url || !safe || url.username !== '' || url.password !== '') {
    throw new TypeError(
      `environment: ${variable} must be https, or http on a loopback address, without user`,
    );
  }
  return url;
}
