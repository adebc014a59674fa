// What every module shares: the two ways evidence can fail, and bytes in the spellings of the log. No DOM, no network.

export class Wrong extends Error {} // The evidence speaks against what is claimed.
export class Unable extends Error {} // Nothing is proven either way.

export const toBytes = (text) => new TextEncoder().encode(text);
export const toText = (bytes) => new TextDecoder().decode(bytes);
export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
export const same = (a, b) => toHex(a) === toHex(b);

export function join(...parts) {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => { joined.set(part, at); return at + part.length; }, 0);
  return joined;
}

// Of base64 that is spelled in the one way only.
export function fromBase64(text) {
  try {
    const bytes = Uint8Array.from(atob(text), (mark) => mark.charCodeAt(0));
    if (toBase64(bytes) === text) return bytes;
  } catch { /* Refused below. */ }
  throw new Wrong("账本的文件写法不对。");
}

export function fromHex(hex) {
  return Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
}
