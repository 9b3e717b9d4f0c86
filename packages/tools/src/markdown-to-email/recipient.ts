import { z } from 'zod';

/** Longest address that a mail path holds (RFC 5321 section 4.5.3.1.3, less the angle brackets). */
const MAX_LENGTH = 254;
/** ASCII, unquoted, no comment, no list, no display name. */
const address = z.email().max(MAX_LENGTH);

/**
 * Whether text is exactly one address at a domain. The rule is here, not in a policy, because a policy's suffix match
 * sees text and a mail server sees a list.
 */
export function isAddressAt(text: string, domain: string): boolean {
  if (!address.safeParse(text).success) return false;
  const [local, host, ...rest] = text.split('@');
  return local !== '' && rest.length === 0 && host?.toLowerCase() === domain.toLowerCase();
}
