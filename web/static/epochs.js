// A code from before a declared loss: what it proves against the new log's first entry and what is kept of the old log.

import { fromBase64, same, toBase64, toBytes, Unable, Wrong } from "./base.js";
import { conclude, NO_SIGNATURE, step } from "./card.js";
import { readCode } from "./code.js";
import { continues, findKey, openLog, proveKeys, readHead } from "./log.js";

const KEEP = "这张纸是凭证，请留好，交给监督委员会或审计员。";

// The earlier log that the digits belong to, opened, with the code; null where none. By the signature; where nothing here
// can verify one, by the root: only a log's own entries have it.
export async function findEpoch(log, digits, kinds, epochs) {
  for (const epoch of epochs) {
    const old = await openLog({ ...epoch, village: log.village }, log);
    const code = readCode(digits, kinds, epoch.origin);
    const isOurs = log.verify ? await log.verify(findKey(old, code.size).publicKey, code.signature, toBytes(code.text))
      : code.size <= epoch.kept && await continues(await readHead(old), code);
    if (isOurs) return { code, epoch, epochs, log: old };
  }
  // Neither may an honest paper be accused where what would clear it cannot be had.
  if (epochs.some((epoch) => !epoch.kept)) throw new Unable(`以前的账这个网站没有留全，分不清这张纸是不是那时的。${KEEP}`);
  if (!log.verify && !(await isCurrent(log, readCode(digits, kinds, log.origin)))) throw new Unable(`这部手机不会核对签名，分不清这张纸是不是以前那一册账的。换部手机再试。${KEEP}`);
  return null;
}

async function isCurrent(log, code) {
  const head = await readHead(log);
  return code.size <= head.size && continues(head, code);
}

// What the log after an epoch declares of it, in its entry 0, which is proven to stand there and holds the old key's signature.
async function readDeclaration(log, { epoch, epochs }) {
  let { body } = await proveKeys(log, await readHead(log));
  for (const each of epochs) {
    const old = await openLog({ ...each, village: log.village }, log);
    const text = toBytes(`${body.old_origin}\n${body.old_size}\n${body.old_root}\n`);
    const key = old.history.find((item) => item.text === body.old_key);
    if (body.old_origin !== each.origin || !key || (log.verify && !(await log.verify(key.publicKey, fromBase64(body.old_signature), text)))) throw new Wrong("账本里声明丢失的那一条，和网页说的不一样。");
    if (each === epoch) break;
    body = (await proveKeys(old, await readHead(old))).body;
  }
  return body;
}

// `proveSheet` says whether the entry that sealed the sheet is still there, and shows the figures where it is.
export async function proveEarlier(log, found, proveSheet) {
  const { code, epoch, log: old } = found;
  const name = `本村第 ${epoch.number} 册账`;
  step(log.verify ? "yes" : "unknown", log.verify ? `码里有${name}的签名。` : NO_SIGNATURE);
  const said = await readDeclaration(log, found);
  step("yes", `账本的第一条公开写着：${epoch.told}。`);
  if (code.size > said.old_size) return conclude("no", "✘ 丢的比声明的多", `声明里说前一册只签过 ${said.old_size} 条，这个码却签着 ${code.size} 条。${KEEP}`);
  if (code.size === said.old_size) {
    if (toBase64(code.root) !== said.old_root) return conclude("no", "✘ 对不上", `旧账的前 ${code.size} 条，和声明里写的不一样：有人改过账。${KEEP}`);
    step("yes", "和声明里写的、旧账最后签过的那一份一模一样。");
  }
  if (code.size > said.lost_from) return conclude("unknown", "？ 签名是真的，那一段账丢了", `这张表印在第 ${code.size} 条以后，而${name}从第 ${said.lost_from} 条起丢了，没法再核对。${KEEP}`);
  if (!epoch.kept) throw new Unable(`${name}还在的部分，这个网站没有留，没法再核对。${KEEP}`);
  const head = await readHead(old);
  if (head.size < code.size) throw new Unable(`${name}这里只留了 ${head.size} 条，不够核对。${KEEP}`);
  if (!(await continues(head, code))) return conclude("no", "✘ 对不上", `印表时的前 ${code.size} 条记录，和留存的旧账不一样：有人改过账。${KEEP}`);
  await proveKeys(old, head);
  step("yes", `印表时的前 ${code.size} 条记录都还留着，一条没改。`);
  const shown = await proveSheet(old, head, code, epoch.seals);
  if (!shown) step("unknown", "纸上的数字。封存这张表的那条记录也丢了。");
  const ask = shown ? "最后您自己看：下面的数字和指纹码要和手里的纸一模一样。有一个不同，纸就是假的。" : "";
  return conclude(log.verify ? "yes" : "unknown", log.verify ? `✔ 码是真的，是${name}的` : "？ 别的都对上了，签名没能核对",
    `${log.verify ? "" : "是不是本村签的，换部手机再扫一次才知道。"}那一册后来丢了一部分，村里已公开声明，另立了新的一册。${ask}${KEEP}`);
}
