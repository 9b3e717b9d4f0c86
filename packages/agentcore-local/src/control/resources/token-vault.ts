/** The token vault's key. There is one vault; its files are the owner's only, whatever key is named here. */
import type { Control } from '../control.ts';
import { notFound } from '../control-error.ts';
import type { TokenVaultRecord } from '../records/identity.ts';

const DEFAULT_VAULT = 'default';

/** @throws ControlError `ResourceNotFoundException` for any other vault. */
export function tokenVaultOf(control: Control, id = DEFAULT_VAULT): TokenVaultRecord {
  if (id !== DEFAULT_VAULT) throw notFound('Token vault');
  const kept = control.read().tokenVaults[DEFAULT_VAULT];
  return (
    kept ?? {
      tokenVaultId: DEFAULT_VAULT,
      kmsConfiguration: { keyType: 'ServiceManagedKey' },
      lastModifiedDate: new Date(0).toISOString(),
    }
  );
}

/** @throws ControlError. */
export function setTokenVaultKey(
  control: Control,
  id: string | undefined,
  kmsConfiguration: TokenVaultRecord['kmsConfiguration'],
): TokenVaultRecord {
  const record = { ...tokenVaultOf(control, id), kmsConfiguration, lastModifiedDate: control.now() };
  control.change((state) => ({ ...state, tokenVaults: { [DEFAULT_VAULT]: record } }));
  return record;
}
