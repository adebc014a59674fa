// Checks a printed sheet against the log online, in the reader's browser; the digits behind `#` never leave it.
// Formats: ledger/FORMAT.md (receipt), C2SP signed-note and tlog-tiles, RFC 6962.

const card = document.getElementById("check");
const { base, origin, vkey, village } = card.dataset;
const rows = (text) => text.split(" ").filter(Boolean).map((row) => row.split(":"));
const kinds = new Map(rows(card.dataset.kinds).map(([code, kind, letter, name]) => [Number(code), { kind, letter, name }]));
const seals = new Map(rows(card.dataset.seals));

class Wrong extends Error {} // The evidence speaks against the paper.
class Unable extends Error {} // Nothing is proven either way.

const encoder = new TextEncoder();
const toText = (bytes) => new TextDecoder().decode(bytes);
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));
const same = (a, b) => toHex(a) === toHex(b);
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const hashNode = (left, right) => sha256(join([1], left, right));

function fromBase64(text) {
  try {
    const bytes = Uint8Array.from(atob(text), (mark) => mark.charCodeAt(0));
    if (toBase64(bytes) === text) return bytes;
  } catch { /* Refused below. */ }
  throw new Wrong("账本的文件写法不对。");
}

async function load(path) {
  let answer;
  try {
    answer = await fetch(`${base}/${path}`, { cache: "no-cache", credentials: "omit" });
  } catch {
    throw new Unable("网络不通，取不到账本。有信号时再扫。");
  }
  if (!answer.ok) throw new Unable(`网站没有给出账本的文件（${answer.status}）。`);
  return new Uint8Array(await answer.arrayBuffer());
}

// The code: 0x01, version, kind, month u16, ordinal, size u40, root, signature.
function readCode(digits) {
  const hex = /^[1-9][0-9]{255}$/.test(digits) ? BigInt(digits).toString(16).padStart(214, "0") : "";
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  if (/^[1-9][0-9]{0,254}$/.test(digits)) throw Object.assign(new Unable(`只读到 ${digits.length} 个数字，一共是 256 个。这不说明纸是假的：拉平纸、拿稳手机，对准整个码再扫一次。`), { title: "？ 没扫全" });
  const kind = kinds.get(bytes[2]);
  const size = bytes.slice(6, 11).reduce((sum, byte) => sum * 256 + byte, 0);
  if (!hex || bytes.length !== 107 || bytes[0] !== 1 || bytes[1] !== 1 || !kind || !size) throw new Wrong("这不是公开表上的查验码。");
  const month = bytes[3] * 256 + bytes[4];
  const period = `${2000 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`;
  const root = bytes.slice(11, 43);
  const text = `${origin}\n${size}\n${toBase64(root)}\n`;
  return { ...kind, period, size, root, text, number: `${period}-${kind.letter}-${bytes[5]}`, signature: bytes.slice(43) };
}

// The log's key; `key` stays null where this browser cannot check Ed25519.
async function readKey() {
  const [name, id, ...rest] = vkey.split("+");
  const blob = fromBase64(rest.join("+"));
  const hash = await sha256(join(encoder.encode(`${name}\n`), blob));
  if (name !== origin || blob[0] !== 1 || blob.length !== 33 || toHex(hash.slice(0, 4)) !== id) throw new Wrong("验签公钥不是这本账的。");
  const key = await crypto.subtle.importKey("raw", blob.slice(1), "Ed25519", false, ["verify"]).catch(() => null);
  return { id, key };
}
const verify = (log, signature, text) => crypto.subtle.verify("Ed25519", log.key, signature, encoder.encode(text));

async function openCheckpoint(log, note) {
  const cut = note.lastIndexOf("\n\n") + 1;
  const text = note.slice(0, cut);
  const [name, size, root, ...more] = text.split("\n");
  if (!cut || name !== origin || !/^[1-9][0-9]{0,12}$/.test(size) || more.join("")) throw new Wrong("网上的账本不是这个村的。");
  const lines = note.slice(cut).split("\n").map((line) => line.split(" "));
  const blobs = lines.filter((line) => line[0] === "—" && line[1] === origin).map((line) => fromBase64(line[2]));
  const blob = blobs.find((bytes) => toHex(bytes.slice(0, 4)) === log.id);
  if (!blob) throw new Wrong("网上的账本没有本村的签名。");
  if (log.key && !(await verify(log, blob.slice(4), text))) throw new Wrong("网上的账本签名不对。");
  return { size: Number(size), root: fromBase64(root) };
}

// The tree. `height`: the largest h with 2^h <= count.
const height = (count) => { let h = 0; while (2 ** (h + 1) <= count) h++; return h; };
const split = (start, end) => start + 2 ** height(end - start - 1);

function openTree(size) {
  const tiles = new Map();
  const readTile = async (level, index) => {
    const width = Math.min(256, Math.floor(size / 256 ** level) - index * 256);
    const name = String(index).replace(/\B(?=(\d{3})+$)/g, ",").split(",").map((group) => `x${group.padStart(3, "0")}`).join("/");
    const path = `tile/${level}/${name.replace(/x(\d+)$/, "$1")}${width < 256 ? `.p/${width}` : ""}`;
    if (!tiles.has(path)) tiles.set(path, await load(path));
    if (tiles.get(path).length !== width * 32) throw new Wrong("网上的账本缺了一块。");
    return tiles.get(path);
  };
  const subtree = async (start, end) => {
    const h = height(end - start);
    if (2 ** h < end - start) {
      const middle = split(start, end);
      return hashNode(await subtree(start, middle), await subtree(middle, end));
    }
    const level = Math.floor(h / 8);
    const first = start / 256 ** level;
    const tile = await readTile(level, Math.floor(first / 256));
    const fold = async (from, count) => count === 1 ? tile.slice(from * 32, from * 32 + 32)
      : hashNode(await fold(from, count / 2), await fold(from + count / 2, count / 2));
    return fold(first % 256, 2 ** (h % 8));
  };
  // Both roots out of the very same hashes: that makes the larger tree an extension of the smaller.
  const roots = async (old, start = 0, end = size) => {
    if (old === end) return Array(2).fill(await subtree(start, end));
    const middle = split(start, end);
    if (old <= middle) {
      const [before, left] = await roots(old, start, middle);
      return [before, await hashNode(left, await subtree(middle, end))];
    }
    const left = await subtree(start, middle);
    return Promise.all((await roots(old, middle, end)).map((right) => hashNode(left, right)));
  };
  const rootWith = async (index, leaf, start = 0, end = size) => {
    if (end - start === 1) return leaf;
    const middle = split(start, end);
    return index < middle
      ? hashNode(await rootWith(index, leaf, start, middle), await subtree(middle, end))
      : hashNode(await subtree(start, middle), await rootWith(index, leaf, middle, end));
  };
  return { roots, rootWith };
}

async function readSeal(code, head, tree) {
  const index = Number(seals.get(code.number) ?? -1);
  if (index < 0) throw new Wrong(`网上的账本里没有编号 ${code.number} 的公开表。`);
  const data = await load(`entries/${index}.json`);
  if (index >= head.size || !same(await tree.rootWith(index, await sha256(join([0], data))), head.root)) throw new Wrong("封存这张表的记录不在网上的账本里。");
  const entry = JSON.parse(toText(data));
  const { number, sheet, size } = entry.body;
  const found = [entry.kind, entry.village, entry.index, entry.period, sheet, number, size];
  if (found.join() !== ["sheet.sealed", village, index, code.period, code.kind, code.number, code.size].join()) throw new Wrong("账本里封存的是另一张表。");
  return entry.body;
}

const yuan = (fen) => `${(fen / 100).toLocaleString("en", { minimumFractionDigits: 2 }).replace("-", "−")} 元`;
const HEADLINES = {
  finance: (it) => [["收入", yuan(it.income_fen)], ["支出", yuan(it.expense_fen)], ["结余", yuan(it.closing_fen)]],
  points: (it) => [["有记录的农户", `${it.scored} 户`], ["积分合计", `${it.awarded_points + it.sealed_points} 分`]],
  scores: (it) => [["党员", `${it.members} 名`], ["有星的", `${it.stars.reduce((sum, row) => sum + (row.stars && row.members), 0)} 名`]],
};

// What the reader sees.
const at = (id) => document.getElementById(id);
const make = (tag, text, parent) => parent.appendChild(Object.assign(document.createElement(tag), { textContent: text }));
const show = (id, text) => { at(id).textContent = text; at(id).hidden = !text; };
function step(state, text) {
  const said = { yes: "对上了：", unknown: "没能核对：" }[state];
  make("li", said + text, at("steps")).className = state;
  at("steps").hidden = false;
}
function conclude(state, title, reason) {
  card.className = `card first verdict-${state}`;
  show("verdict", title);
  show("reason", reason);
}

async function prove(code) {
  const log = await readKey();
  if (!log.key) step("unknown", "签名。这个浏览器太旧，不会验。");
  else if (await verify(log, code.signature, code.text)) step("yes", "码里有本村账本的签名。");
  else throw new Wrong("码里的签名不是本村账本的：码被改过，或者是别处的。");
  const head = await openCheckpoint(log, toText(await load("checkpoint")));
  if (head.size < code.size) throw new Wrong(`网上的账本只有 ${head.size} 条，比印表时的 ${code.size} 条还少。`);
  const tree = openTree(head.size);
  const [before, now] = await tree.roots(code.size);
  if (!same(now, head.root)) throw new Wrong("网上的账本自己前后对不上。");
  if (!same(before, code.root)) throw new Wrong(`印表时的前 ${code.size} 条记录，和网上的不一样：有人改过账。`);
  step("yes", `印表时的前 ${code.size} 条记录都在网上，一条没改；后来又添了 ${head.size - code.size} 条。`);
  const seal = await readSeal(code, head, tree);
  step("yes", "账本里有封存这张表的记录。");
  const data = await load(`sheets/${code.number}/figures.json`);
  if (toHex(await sha256(data)) !== seal.figures) throw new Wrong("网站给出的数字和封存时的不一样。");
  step("yes", "下面的数字就是封存时的数字。");
  await tell(code, JSON.parse(toText(data)));
  conclude(...(log.key ? ["yes", "✔ 码是真的，和网上的账是同一份"] : ["unknown", "？ 别的都对上了，签名没能核对"]),
    "最后您自己看：下面的数字和指纹码要和手里的纸一模一样。有一个不同，纸就是假的。");
}

async function tell(code, figures) {
  const mark = BigInt(`0x${toHex((await sha256(encoder.encode(code.text))).slice(0, 8))}`) % 10n ** 16n;
  const [year, month] = code.period.split("-").map(Number);
  const shown = [["公开表", `${year}年${month}月${code.name}`], ["编号", code.number], ...HEADLINES[code.kind](figures),
    ["指纹码", String(mark).padStart(16, "0").match(/..../g).join(" ")]];
  for (const [name, value] of shown) {
    const row = make("div", "", at("found"));
    make("dt", name, row);
    make("dd", value, row).className = "n";
  }
  at("found").hidden = false;
  const later = `${code.number.replace(/\d+$/, "")}${Number(code.number.match(/\d+$/)) + 1}`;
  show("then", seals.has(later) ? "这张表后来更正过，已换成新的一张。" : "");
}

async function run() {
  for (const id of ["steps", "found", "then"]) show(id, "");
  const digits = location.hash.slice(1);
  if (!digits) return conclude("unknown", "请扫纸上的“验这张表”", "网址里没有码。也可以拿下面的跟纸上的比。");
  if (!globalThis.crypto?.subtle) return conclude("unknown", "？ 没能核对", "浏览器太旧，或网址不是 https 开头。请换手机，或拿下面的跟纸上的比。");
  conclude("unknown", "正在核对……", "");
  try {
    await prove(readCode(digits));
  } catch (error) {
    if (error instanceof Wrong) return conclude("no", "✘ 对不上", `${error.message}先别信这张纸，打监督电话问。`);
    conclude("unknown", error.title ?? "？ 没能核对完", error instanceof Unable ? error.message : "没能算完，换部手机再试。");
  }
}

window.addEventListener("hashchange", run);
run();
