// What a browser cannot do itself: SHA-256 and Ed25519 by @noble/hashes and @noble/ed25519.
// The set-up bundles this into web/static/fallback.js, which a page loads only where WebCrypto lacks one of the two.

/*! noble-hashes - MIT License (c) 2022 Paul Miller (paulmillr.com) */

import { hashes, verify as verifyEd25519 } from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2.js";

hashes.sha512 = sha512;

export { sha256 };

// As WebCrypto does: false for every kind of bad signature, by the rules of RFC 8032 and not the looser ones of ZIP 215.
export function verify(key, signature, message) {
  try {
    return verifyEd25519(signature, message, key, { zip215: false });
  } catch (error) {
    return false;
  }
}
