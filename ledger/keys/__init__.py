"""The keys of a home, files in `keys/` of mode 0600: those that sign its logs, and those of its vault.

| module | subject |
| --- | --- |
| `key_file` | the text of a key file: protected by a passphrase, in a token, or plain |
| `folder` | the files: creating, finding, protecting and destroying keys, durably |
| `passphrase` | where passphrases and PINs come from: a file, a systemd credential, a prompt |
| `token` | keys that never leave a PKCS#11 token |
| `vault_file` | the text of the vault's key files, and what wraps what |
| `vault` | the vault's keys: made, unwrapped, rotated and destroyed, durably |
| `desk_key` | the desk's own secret, which signs no log |

Log keys are trusted for signing heads. Their loss: the log can go on only under a new origin. Their forgery or theft:
whoever holds the key in force can sign another history, which every printed sheet and every kept head then contradicts;
a key that has handed over signs nothing that counts any more (see `log.rotation`).

Every file says its verifier key in clear: pages, exports and audits ask for no passphrase, only signing does, once a
process.

The vault's keys are trusted for keeping what is private from whoever has a copy of the vault. Their loss: nobody's name
and no private value is read again; every proof stays. Their theft, with a copy of the vault: all of it is read.
"""

from ledger.keys.desk_key import DeskKey
from ledger.keys.folder import KeyFolder, KeySigner
from ledger.keys.passphrase import Passphrases
from ledger.keys.token import Token
from ledger.keys.vault import VaultKeyFolder

__all__ = ["DeskKey", "KeyFolder", "KeySigner", "Passphrases", "Token", "VaultKeyFolder"]
