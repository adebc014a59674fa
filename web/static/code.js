// The digits of a printed check code. Format: ledger/FORMAT.md (receipt). No DOM, no network.

import { fromHex, toBase64, Unable, Wrong } from "./base.js";

// The code: 0x01, version, kind, month u16, ordinal, size u40, root, signature. `kinds`: code of a kind -> kind, letter, name.
export function readCode(digits, kinds, origin) {
  if (/^[1-9][0-9]{0,254}$/.test(digits)) throw Object.assign(new Unable(`只读到 ${digits.length} 个数字，一共是 256 个。这不说明纸是假的：拉平纸、拿稳手机，对准整个码再扫一次。`), { title: "？ 没扫全" });
  const hex = /^[1-9][0-9]{255}$/.test(digits) ? BigInt(digits).toString(16).padStart(214, "0") : "";
  const bytes = fromHex(hex);
  const kind = kinds.get(bytes[2]);
  const size = bytes.slice(6, 11).reduce((sum, byte) => sum * 256 + byte, 0);
  if (!hex || bytes.length !== 107 || bytes[0] !== 1 || bytes[1] !== 1 || !kind || !size) throw new Wrong("这不是公开表上的查验码。");
  const month = bytes[3] * 256 + bytes[4];
  const period = `${2000 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`;
  const root = bytes.slice(11, 43);
  const text = `${origin}\n${size}\n${toBase64(root)}\n`;
  return { ...kind, period, size, root, text, number: `${period}-${kind.letter}-${bytes[5]}`, signature: bytes.slice(43) };
}

// The fingerprint of a checkpoint's text: 16 digits in four groups.
export async function readFingerprint(sha256, text) {
  const start = (await sha256(new TextEncoder().encode(text))).slice(0, 8);
  const number = start.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) % 10n ** 16n;
  return String(number).padStart(16, "0").match(/..../g).join(" ");
}
