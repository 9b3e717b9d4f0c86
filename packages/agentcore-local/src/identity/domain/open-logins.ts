/**
 * Sign-in forms that are open. A form belongs to the browser that got it: what the form sends and what the cookie says
 * must come from the same one, so that no other page can sign somebody in.
 */
import type { Clock } from '../../ports.ts';
import { hashOpaqueToken, newOpaqueToken } from '../random.ts';
import type { AuthorizationRequest } from './authorization-request.ts';

const LIFE = 10 * 60_000;
const MAX_OPEN = 1_000;

export interface OpenLogins {
  /** Opens a form for a browser. Returns the form's own secret. */
  open(request: AuthorizationRequest, browser: string): string;
  find(form: string, browser: string): AuthorizationRequest | undefined;
  close(form: string): boolean;
}

type Open = { readonly request: AuthorizationRequest; readonly browser: string; readonly until: number };

export function createOpenLogins(now: Clock): OpenLogins {
  const forms = new Map<string, Open>();
  return {
    open(request, browser) {
      for (const [key, { until }] of forms) {
        if (until > now() && forms.size < MAX_OPEN) break;
        forms.delete(key);
      }
      const form = newOpaqueToken();
      forms.set(hashOpaqueToken(form), { request, browser: hashOpaqueToken(browser), until: now() + LIFE });
      return form;
    },
    find(form, browser) {
      const found = forms.get(hashOpaqueToken(form));
      const fits = found !== undefined && found.until > now() && found.browser === hashOpaqueToken(browser);
      return fits ? found.request : undefined;
    },
    close: (form) => forms.delete(hashOpaqueToken(form)),
  };
}
