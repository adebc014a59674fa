// The last head of a village's log that this phone saw: size, root and signature as one note, the key that signed it,
// and the day. Nothing of the reader. Two notes that contradict each other are kept as evidence until they are deleted.

import { fromBase64, same, Wrong } from "./base.js";
import { continues, findKey, openCheckpoint, parseCheckpoint, proveKeys, readHead, readKey } from "./log.js";

const name = (village) => `mingbai.head.${village}`;

function read(village) {
  try {
    const { day, key, note, other } = JSON.parse(localStorage.getItem(name(village)));
    return [day, key, note].every((part) => typeof part === "string") ? { day, key, note, other } : null;
  } catch {
    return null; // Nothing there, nothing we wrote, or no storage at all.
  }
}

// Says whether it is kept: a private window or a full phone may refuse.
function keep(village, memory) {
  try {
    localStorage.setItem(name(village), JSON.stringify(memory));
    return localStorage.getItem(name(village)) !== null;
  } catch {
    return false;
  }
}

export function forget(village) {
  try {
    localStorage.removeItem(name(village));
  } catch { /* Nothing was kept either. */ }
}

function getToday() {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
}

// What was remembered, once its own signature is verified again: what somebody else put there accuses nobody.
async function open(log, memory) {
  try {
    const origin = memory.note.split("\n")[0];
    const key = { from: 0, ...(await readKey(memory.key, origin, log.sha256)) };
    return { ...(await openCheckpoint({ ...log, history: [key], origin }, memory.note)), key: key.text, origin };
  } catch {
    return null;
  }
}

// The page names the key; whoever holds the server could name one of their own. What such a key signed, kept here, would
// accuse the honest log later: so nothing is kept, neither as newest head nor as evidence, before the log itself names it.
async function prove(log, head) {
  try {
    return await proveKeys(log, head);
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    throw new Wrong("签名用的钥匙，账本里查不到来历。这一次看到的没有记下，以前记下的没有动。先别信这一页，打监督电话问。");
  }
}

// Compares the newest head with the remembered one and remembers it where nothing contradicts; not where `isRefused`, the
// page's own check having said ✘: that log shall not be what the next visit is compared with. A contradiction is kept even
// then, beside the old head, since its two signatures speak for themselves.
// state: first, same, grown, unkept where nothing can be kept, refused where nothing was there and nothing may be;
// refounded, where the log says itself what was lost; and against the log: AGAINST.
export const AGAINST = ["back", "rewritten", "rekeyed", "replaced"];
export async function compare(log, isRefused) {
  const memory = read(log.village);
  const old = memory && await open(log, memory);
  const head = await readHead(log, old && old.origin === log.origin ? old.size : 0);
  const today = getToday();
  const mine = { day: today, key: findKey(log, head.size).text, note: head.note };
  if (!old) {
    if (isRefused) return { head, state: "refused" };
    await prove(log, head);
    return { head, state: keep(log.village, mine) ? "first" : "unkept" };
  }
  const other = memory.other && typeof memory.other === "object" && await findOther(log, memory.other);
  const state = other ? other.state : await judge(log, head, old);
  const found = { added: head.size - old.size, day: memory.day, head, memory, now: (other || head).size, old, state };
  if (!AGAINST.includes(state)) {
    if (!isRefused) keep(log.village, mine);
    return found;
  }
  found.other = other ? memory.other : { ...mine, state };
  keep(log.village, { ...memory, other: found.other });
  return found;
}

// A contradiction seen before stays one, whatever is served now.
async function findOther(log, other) {
  const opened = AGAINST.includes(other.state) && await open(log, other);
  return opened && { ...opened, state: other.state };
}

// The remembered key was proven when it was kept. A head that it signed needs no proof again, so that most visits to the
// board fetch a checkpoint and no more; nor would any proof make two heads of one key contradict each other less.
async function judge(log, head, old) {
  const isKnown = [head, old].every(({ size }) => findKey(log, size).text === old.key);
  const founding = isKnown ? null : await prove(log, head);
  if (old.origin !== log.origin) return isDeclared(founding.body, old) ? "refounded" : "replaced";
  if (findKey(log, old.size).text !== old.key) return "rekeyed";
  if (head.size < old.size) return "back";
  if (head.size === old.size) return same(head.root, old.root) ? "same" : "rewritten";
  return await continues(head, old) ? "grown" : "rewritten";
}

// Says whether a new log declares the loss of the old one, and knows at least what this phone saw of it.
function isDeclared({ old_origin: origin, old_root: root, old_size: size }, old) {
  return origin === old.origin && (size > old.size || (size === old.size && same(fromBase64(root), old.root)));
}

// The evidence as a text: both notes, each with its signature, and how anybody checks them.
export function writeEvidence(log, { memory, other }) {
  const part = (title, { day, key, note }) => {
    const { size } = parseCheckpoint(note, note.split("\n")[0]);
    return `${title}：${day}，共 ${size} 条\n核对签名的公钥 ${key}\n----------\n${note}----------\n`;
  };
  return `同一个村的账本，前后两次看到的接不上\n村代码 ${log.village}\n网址 ${location.origin}${log.base}\n\n`
    + `${part("先看到的", memory)}\n${part("后看到的", other)}\n`
    + "两段横线之间各是一个带签名的检查点（C2SP tlog-checkpoint），一个字都不要改。\n"
    + "核对的人：先用公钥验两处签名；再看后一份是不是由前一份接着记下来的（一致性证明）。\n";
}
