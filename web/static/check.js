// Checks a printed sheet against the log online, in the reader's browser; the digits behind `#` never leave it.

import { toBytes, toHex, toText, Wrong } from "./base.js";
import { at, conclude, judge, make, NO_SIGNATURE, show, showMemory, step } from "./card.js";
import { readCode, readFingerprint } from "./code.js";
import { continues, findKey, load, proveKeys, readEntry, readHead } from "./log.js";

const { epochs, kinds: kindRows, seals: sealRows } = at("check").dataset;
const rows = (text) => text.split(" ").filter(Boolean).map((row) => row.split(":"));
const kinds = new Map(rows(kindRows).map(([code, kind, letter, name]) => [Number(code), { kind, letter, name }]));
const readSeals = (text) => new Map(rows(text));

async function readSeal(log, head, code, index) {
  const entry = await readEntry(log, head, index, "封存这张表的记录");
  const { number, sheet, size } = entry.body;
  const found = [entry.kind, entry.village, entry.index, entry.period, sheet, number, size];
  if (found.join() !== ["sheet.sealed", log.village, index, code.period, code.kind, code.number, code.size].join()) throw new Wrong("账本里封存的是另一张表。");
  return entry.body;
}

const yuan = (fen) => `${(fen / 100).toLocaleString("en", { minimumFractionDigits: 2 }).replace("-", "−")} 元`;

// How many members have a star, or the highest grade.
function countBest({ cuts, stars }) {
  const name = cuts.length ? cuts[cuts.length - 1].name : "";
  if (name) return [name, `${stars[0].members} 名`];
  return ["有星的", `${stars.reduce((sum, row) => sum + (row.stars && row.members), 0)} 名`];
}

const HEADLINES = {
  finance: (it) => [["收入", yuan(it.income_fen)], ["支出", yuan(it.expense_fen)], ["结余", yuan(it.closing_fen)]],
  points: (it) => [["有记录的农户", `${it.scored} 户`], ["积分合计", `${it.awarded_points + it.sealed_points} 分`]],
  scores: (it) => [["党员", `${it.members} 名`], countBest(it)],
};

HEADLINES.quarter = ({ totals: it }) => [["收入", yuan(it.income_fen)], ["支出", yuan(it.expense_fen)], ["家当", yuan(it.closing_assets_fen)]];
HEADLINES.year = ({ totals: it }) => [["收入", yuan(it.year_income_fen)], ["支出", yuan(it.year_expense_fen)], ["家当", yuan(it.closing_assets_fen)]];

const isSigned = (log, code) => log.verify(findKey(log, code.size).publicKey, code.signature, toBytes(code.text));

async function prove(log, code) {
  if (!log.verify) step("unknown", NO_SIGNATURE);
  else if (await isSigned(log, code)) step("yes", "码里有本村账本的签名。");
  else throw new Wrong("码里的签名不是本村账本的：码被改过，或者是别处的。");
  const head = await readHead(log, code.size);
  if (head.size < code.size) throw new Wrong(`网上的账本只有 ${head.size} 条，比印表时的 ${code.size} 条还少。`);
  if (!(await continues(head, code))) throw new Wrong(`印表时的前 ${code.size} 条记录，和网上的不一样：有人改过账。`);
  await proveKeys(log, head);
  step("yes", `印表时的前 ${code.size} 条记录都在网上，一条没改；后来又添了 ${head.size - code.size} 条。`);
  if (!(await proveSheet(log, head, code, sealRows))) throw new Wrong(`网上的账本里没有编号 ${code.number} 的公开表。`);
  conclude(...(log.verify ? ["yes", "✔ 码是真的，和网上的账是同一份"] : ["unknown", "？ 别的都对上了，签名没能核对"]),
    `${log.verify ? "" : "是不是本村签的，换部手机再扫一次才知道。"}最后您自己看：下面的数字和指纹码要和手里的纸一模一样。有一个不同，纸就是假的。`);
}

// Says whether the log sealed the sheet of the code, among those that `sealed` names, and shows the figures that it sealed.
async function proveSheet(log, head, code, sealed) {
  const seals = readSeals(sealed);
  if (!seals.has(code.number)) return false;
  const seal = await readSeal(log, head, code, Number(seals.get(code.number)));
  step("yes", "账本里有封存这张表的记录。");
  const data = await load(log.base, `sheets/${code.number}/figures.json`);
  if (toHex(await log.sha256(data)) !== seal.figures) throw new Wrong("网站给出的数字和封存时的不一样。");
  step("yes", "上面的数字就是封存时的数字。");
  await tell(log, code, JSON.parse(toText(data)), seals);
  return true;
}

async function tell(log, code, figures, seals) {
  const [year, month] = code.period.split("-").map(Number);
  const shown = [["公开表", `${year}年${month}月${code.name}`], ["编号", code.number], ...HEADLINES[code.kind](figures),
    ["指纹码", await readFingerprint(log.sha256, code.text)]];
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
  if (!digits) return conclude("unknown", "请扫纸上的“验这张表”", "还什么都没有核对。要手机替您核对，请扫纸上右边那个码。也可以自己核对：纸上的数字和指纹码，要和下面同一编号的完全一样。");
  conclude("unknown", "正在核对……", "");
  return judge(async (log) => {
    const code = readCode(digits, kinds, log.origin);
    if (epochs && !(log.verify && await isSigned(log, code))) {
      const { findEpoch, proveEarlier } = await import("./epochs.js");
      const found = await findEpoch(log, digits, kinds, JSON.parse(epochs));
      if (found) return proveEarlier(log, found, proveSheet);
    }
    return prove(log, code);
  }, "先别信这张纸，打监督电话问。");
}

window.addEventListener("hashchange", run);
run().then(showMemory);
