// SHA-256 and Ed25519: by WebCrypto where the browser has them, else by the fallback library, else not at all.
// What a browser has is found by trying it on a known answer, never by its name: an engine that took every signature
// would be caught, and one that lags behind its name is not trusted. Without HTTPS `crypto.subtle` is missing whole.

import { fromHex, same, toBytes } from "./base.js";

const ABC = fromHex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
// RFC 8032, section 7.1, test 2.
const KEY = fromHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
const SIGNATURE = fromHex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
  + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

async function isRight(engine) {
  try {
    if (engine.sha256) return same(await engine.sha256(toBytes("abc")), ABC);
    return await engine.verify(KEY, SIGNATURE, Uint8Array.of(0x72)) && !(await engine.verify(KEY, SIGNATURE, Uint8Array.of(0x73)));
  } catch {
    return false;
  }
}

const subtle = globalThis.crypto && globalThis.crypto.subtle;
const loadFallback = () => import("./fallback.js").catch(() => null);

async function choose(own, name) {
  if (subtle && await isRight({ [name]: own })) return own;
  const fallback = await loadFallback();
  return fallback && await isRight({ [name]: fallback[name] }) ? fallback[name] : null;
}

// sha256(bytes) and verify(key, signature, message), which may be promises; null where nothing here can do it.
export async function openCrypto() {
  const ownSha256 = async (bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes));
  const ownVerify = async (key, signature, message) => {
    try {
      const imported = await subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
      return await subtle.verify("Ed25519", imported, signature, message);
    } catch {
      return false; // An engine without Ed25519 fails the known answer here; afterwards only a bad key does.
    }
  };
  return { sha256: await choose(ownSha256, "sha256"), verify: await choose(ownVerify, "verify") };
}
