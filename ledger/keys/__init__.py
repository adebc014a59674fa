"""The log keys of a home: one file a key in `keys/`, mode 0600, protected by a passphrase or by a token.

| module | subject |
| --- | --- |
| `key_file` | the text of a key file: protected by a passphrase, in a token, or plain |
| `folder` | the files: creating, finding, protecting and destroying keys, durably |
| `passphrase` | where passphrases and PINs come from: a file, a systemd credential, a prompt |
| `token` | keys that never leave a PKCS#11 token |
| `desk_key` | the desk's own secret, which signs no log |

Trusted for: signing heads. Their loss: the log can go on only under a new origin. Their forgery or theft: whoever holds
the key in force can sign another history, which every printed sheet and every kept head then contradicts; a key
that has handed over signs nothing that counts any more (see `log.rotation`).

Every file says its verifier key in clear: pages, exports and audits ask for no passphrase, only signing does, once a
process.
"""

from ledger.keys.desk_key import DeskKey
from ledger.keys.folder import KeyFolder, KeySigner
from ledger.keys.passphrase import Passphrases
from ledger.keys.token import Token

__all__ = ["DeskKey", "KeyFolder", "KeySigner", "Passphrases", "Token"]
