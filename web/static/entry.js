// Checks one entry in the reader's browser: that its bytes stand in the log, and that the page says what they say.

import { fromBase64, toBase64, toBytes, toHex, toText, Wrong } from "./base.js";
import { at, conclude, judge, NO_SIGNATURE, showMemory, step } from "./card.js";
import { continues, load, openProof, proveKeys, readHead } from "./log.js";
import { hashLeaf } from "./tree.js";

const { index: indexText, leaf, state, telephone } = at("check").dataset;
const index = Number(indexText);

// Characters that the page writes out, read back; so both sides are compared as they were recorded.
const read = (text) => text.replace(/〔U\+([0-9A-F]{4,6})〕/g, (all, code) => String.fromCodePoint(parseInt(code, 16)));
const words = read(Array.from(document.querySelectorAll("[data-told]"), (node) => node.textContent).join("\n"));
const field = (name) => Array.from(document.querySelectorAll(`[data-field=${name}]`), (node) => node.textContent).join();

const formatDay = (day) => { const [y, m, d] = day.split("-").map(Number); return `${y}年${m}月${d}日`; };
const formatMonth = (period) => { const [y, m] = period.split("-").map(Number); return `${y}年${m}月`; };
function formatInstant(ms) { // The calendar of +08:00, wherever the phone is.
  const text = new Date(ms + 8 * 3600000).toISOString();
  return `${formatDay(text.slice(0, 10))} ${text.slice(11, 16)}`;
}
const formatAmount = (fen) => {
  const digits = String(Math.abs(fen)).padStart(3, "0");
  return `${fen < 0 ? "−" : ""}${digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",")}.${digits.slice(-2)}`;
};
function mask(name) { // As books/people.py masks those who act.
  const letters = Array.from(name.replace(/\s/g, ""));
  return letters.length ? `${letters[0]}*${letters.length >= 3 ? letters[letters.length - 1] : ""}` : "";
}

// Every [name, value] of a body, however deep.
function* walk(value, name = "") {
  if (value === null || typeof value !== "object") yield [name, value];
  else for (const key of Object.keys(value)) yield* walk(value[key], Array.isArray(value) ? name : key);
}

// What a page of any kind of entry has to show of the body's plain values.
const SHOWN = [
  ...["about", "account", "asset", "concern", "contract", "followed_by", "fund", "new_key", "number", "objection"],
  ...["old_key", "origin", "pages", "resolution", "resolution_number", "resource", "subject_number", "verifier_key"],
];

const ROLES = { auditor: "审计员", clerk: "村文书", secretary: "村书记", supervisor: "监督委员", township: "乡镇记账员" };

function formatActor({ role, user }) {
  return `${ROLES[role]} ${user}`;
}

function checkEnvelope(entry) {
  const said = {
    checkers: [entry.checkers.map(formatActor).join()], maker: [formatActor(entry.maker)], occurred_on: [formatDay(entry.occurred_on)],
    period: [formatMonth(entry.period)], recorded_at: [formatInstant(entry.recorded_at)],
  };
  for (const name of Object.keys(said)) if (field(name) !== said[name][0]) throw new Wrong("网页上写的时间、交审人或审核人，和原文不一样。");
}

function checkPlain(body) {
  const amounts = new Set(words.match(/−?\d[\d,]*\.\d\d(?!\d)/g));
  for (const [name, value] of walk(body)) {
    if (name.endsWith("_fen") && !amounts.has(formatAmount(value))) throw new Wrong(`原文里有 ${formatAmount(value)} 元，网页上没有。`);
    if (name.endsWith("_on") && !words.includes(formatDay(value))) throw new Wrong(`原文里有 ${formatDay(value)}，网页上没有。`);
    if (SHOWN.includes(name) && !words.includes(value)) throw new Wrong(`原文里有“${value}”，网页上没有。`);
    if (name === "pages" && !document.querySelector(`.pictures a[href$="/documents/${value}.jpg"]`)) throw new Wrong("原文里的单据，网页上给的是别的图。");
  }
}

// Holds the public texts to their digests in the entry, and the page to the texts. Returns how many are gone.
async function checkTexts(log, body) {
  const digests = new Set(Array.from(walk(body)).filter(([name]) => name === "text").map(([, digest]) => digest));
  if (!digests.size) return 0;
  const file = await load(log.base, `texts/${index}.json`, "no-cache").catch((error) => {
    if (error.status === 404) return toBytes('{"disclosures":[]}');
    throw error;
  });
  for (const disclosure of JSON.parse(toText(file)).disclosures) {
    const digest = toBase64(await log.sha256(toBytes(disclosure))).replace(/\+/g, "-").replace(/\//g, "_").replace("=", "");
    if (!digests.delete(digest)) throw new Wrong("网站给出的文字不是这一条的。");
    const plain = disclosure.replace(/-/g, "+").replace(/_/g, "/");
    const [, , value] = JSON.parse(toText(fromBase64(plain.padEnd(Math.ceil(plain.length / 4) * 4, "="))));
    const told = typeof value === "object" ? value.item : value; // A rule is an object; the page shows what it is about.
    if (typeof told === "string" && !words.includes(told) && !words.includes(mask(told))) throw new Wrong(`原文里的文字是“${told}”，网页上写的不是。`);
  }
  return digests.size;
}

async function prove(log) {
  const data = await load(log.base, `entries/${index}.json`);
  const proven = await openProof(log, toText(await load(log.base, `entries/${index}.tlog-proof`, "no-cache")), index, data);
  const entry = JSON.parse(toText(data));
  if (entry.index !== index || entry.village !== log.village) throw new Wrong("原文不是这一条的。");
  if (toHex(await hashLeaf(log.sha256, data)) !== toHex(fromBase64(leaf))) throw new Wrong("网页上写的指纹和原文的不一样。");
  step("yes", `原文就在账本里，是序号 ${index} 的那一条，一个字节不差。`);
  const head = await readHead(log, proven.size);
  if (head.size < proven.size || !(await continues(head, proven))) throw new Wrong("证明文件和网上的账本不是同一本账。");
  await proveKeys(log, head);
  if (log.verify) step("yes", `账本现在有 ${head.size} 条，有本村账本的签名；签名的公钥和账本里写的一样。`);
  else step("unknown", NO_SIGNATURE);
  const shown = at("data").textContent;
  if (!toText(data).startsWith(read(shown))) throw new Wrong("网页上列出的原文和账本里的不一样。");
  checkEnvelope(entry);
  checkPlain(entry.body);
  const gone = await checkTexts(log, entry.body);
  step("yes", "网页上的日期、村文书、审核人、编号、科目和金额，和原文一致。");
  if (gone) step("unknown", `${gone} 处文字没有公开，或者已经依法删除；原文里只有它们的指纹。`);
  else step("yes", "网页上的文字，和原文里留的指纹一致。");
  conclude(...(log.verify ? ["yes", "✔ 在账本里，没有改过"] : ["unknown", "？ 别的都对上了，签名没能核对"]),
    "网页上写的，和账本里的原文也是一致的。");
}

async function run() {
  if (state === "waiting") return conclude("unknown", "？ 还没有签名", "这一条刚记下，签名还没有盖到它。过一会儿再看。");
  conclude("unknown", "正在核对……", "");
  return judge(prove, `先别信这一页，打监督电话 ${telephone} 问。`);
}

run().then(showMemory);
