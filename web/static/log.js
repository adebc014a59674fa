// A village's log as its address serves it: keys, checkpoints, proof files. No DOM.
// Sources: C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-proof; ledger/FORMAT.md for the handing over of keys.

import { fromBase64, same, toBytes, toHex, toText, Unable, Wrong } from "./base.js";
import { hashLeaf, isIncluded, openTree } from "./tree.js";

const LAG_MS = 3000; // A checkpoint may be two seconds old on its way to us; only then does a smaller one accuse.

// A file of the log. Tiles and entries never change, so a kept copy will do; `mode` says what else the cache may do.
export async function load(base, path, mode = "default") {
  let answer;
  try {
    answer = await fetch(`${base}/${path}`, { cache: mode, credentials: "omit" });
  } catch {
    throw new Unable("网络不通，取不到账本。有信号时再试。");
  }
  if (!answer.ok) throw Object.assign(new Unable(`网站没有给出账本的文件（${answer.status}）。过一会儿再试；一直这样，打监督电话问。`), { status: answer.status });
  return new Uint8Array(await answer.arrayBuffer());
}

// A verifier key's text: name, id, and what verifies.
export async function readKey(text, origin, sha256) {
  const [name, id, ...rest] = text.split("+");
  const blob = fromBase64(rest.join("+"));
  const hash = await sha256(Uint8Array.of(...toBytes(`${name}\n`), ...blob));
  if (name !== origin || blob[0] !== 1 || blob.length !== 33 || toHex(hash.slice(0, 4)) !== id) throw new Wrong("网页给的公钥（签名的钥匙）不是这本账的。");
  return { id, publicKey: blob.slice(1), text };
}

// The log that `facts` name: `keys` are `<smallest size>:<verifier key>`, ascending, as the page claims them.
export async function openLog({ base, keys, origin, village }, crypto) {
  const history = [];
  for (const item of keys.split(" ")) {
    const [from, ...rest] = item.split(":");
    history.push({ from: Number(from), ...(await readKey(rest.join(":"), origin, crypto.sha256)) });
  }
  if (history[0].from !== 0) throw new Wrong("网页给的公钥（签名的钥匙）不是这本账的。");
  return { ...crypto, base, history, origin, village };
}

export const findKey = (log, size) => log.history.filter((key) => key.from <= size).pop();

// A checkpoint's text, without a word on whether it is true.
export function parseCheckpoint(note, origin) {
  const cut = note.lastIndexOf("\n\n") + 1;
  const text = note.slice(0, cut);
  const [name, size, root, ...more] = text.split("\n");
  if (!cut || name !== origin || !/^[1-9][0-9]{0,12}$/.test(size) || more.join("")) throw new Wrong("网上的账本不是这个村的。");
  const lines = note.slice(cut).split("\n").map((line) => line.split(" ")).filter((line) => line[0] === "—" && line[1] === origin);
  return { lines, note, root: fromBase64(root), size: Number(size), text };
}

// The checkpoint in a note. The key that counts at its size must have signed it; lines of others are left alone.
// Where nothing here can verify, `log.verify` is null, and the caller has to say that nobody looked at the signature.
export async function openCheckpoint(log, note) {
  const head = parseCheckpoint(note, log.origin);
  const key = findKey(log, head.size);
  const blob = head.lines.map((line) => fromBase64(line[2] || "")).find((bytes) => toHex(bytes.slice(0, 4)) === key.id);
  if (!blob) throw new Wrong("网上的账本没有本村的签名。");
  if (log.verify && !(await log.verify(key.publicKey, blob.slice(4), toBytes(head.text)))) throw new Wrong("网上的账本签名不对。");
  return head;
}

// The newest checkpoint with its tree. One below `least` is asked for again after a while: an answer may be a little old.
export async function readHead(log, least = 0) {
  let head = await openCheckpoint(log, toText(await load(log.base, "checkpoint", "no-cache")));
  if (head.size < least) {
    await new Promise((resolve) => { setTimeout(resolve, LAG_MS); });
    head = await openCheckpoint(log, toText(await load(log.base, "checkpoint", "reload")));
  }
  return { ...head, tree: openTree(head.size, log.sha256, (path) => load(log.base, path)) };
}

// Says whether the log's first `old.size` entries are those under `old.root`. Wrong where the tiles are not the head's.
export async function continues(head, old) {
  const [before, now] = await head.tree.roots(old.size);
  if (!same(now, head.root)) throw new Wrong("网上的账本自己前后对不上。");
  return same(before, old.root);
}

// The entry at `index`, proven to stand there under the head; `what` names it to a reader.
export async function readEntry(log, head, index, what) {
  const data = await load(log.base, `entries/${index}.json`);
  const isIn = index < head.size && same(await head.tree.rootWith(index, await hashLeaf(log.sha256, data)), head.root);
  if (!isIn) throw new Wrong(`${what}不在网上的账本里。`);
  return JSON.parse(toText(data));
}

// The page names the keys; this holds them to what the log itself says of them: entry 0, which is returned, and every rotation.
export async function proveKeys(log, head) {
  const wrong = new Wrong("网页给的公钥（签名的钥匙），和账本里写的不一样。");
  const founding = await readEntry(log, head, 0, "立账的记录");
  const [first, ...later] = log.history;
  if (!["log.founded", "log.refounded"].includes(founding.kind) || founding.body.origin !== log.origin || founding.body.verifier_key !== first.text) throw wrong;
  let old = first;
  for (const key of later.filter((item) => item.from <= head.size)) {
    const { kind, body } = await readEntry(log, head, key.from - 1, "换钥的记录");
    if (kind !== "key.rotated" || body.from_size !== key.from || body.old_key !== old.text || body.new_key !== key.text) throw wrong;
    const text = toBytes(`mingbai key rotation v1\n${log.origin}\n${old.text}\n${key.text}\n${key.from}\n`);
    for (const [by, signature] of [[old, body.old_signature], [key, body.new_signature]]) {
      if (log.verify && !(await log.verify(by.publicKey, fromBase64(signature), text))) throw wrong;
    }
    old = key;
  }
  return founding;
}

// A proof file: checks that `data` is entry `index` under its checkpoint, and returns that checkpoint.
export async function openProof(log, file, index, data) {
  const cut = file.indexOf("\n\n");
  const [header, ...lines] = file.slice(0, cut).split("\n");
  if (lines[0] && lines[0].startsWith("extra ")) lines.shift();
  if (cut < 0 || header !== "c2sp.org/tlog-proof@v1" || lines.shift() !== `index ${index}`) throw new Wrong("证明文件不是这一条的。");
  const head = await openCheckpoint(log, file.slice(cut + 2));
  const leaf = await hashLeaf(log.sha256, data);
  if (!(await isIncluded(log.sha256, leaf, index, head.size, lines.map(fromBase64), head.root))) throw new Wrong("这一条的原文不在网上的账本里。");
  return head;
}
