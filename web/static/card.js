// What a reader sees of a check: the verdict with its steps, and what this phone remembered. The words stand here.

import { Unable, Wrong } from "./base.js";
import { openCrypto } from "./crypto.js";
import { openLog } from "./log.js";
import { compare, forget, writeEvidence } from "./memory.js";

export const at = (id) => document.getElementById(id);
export const make = (tag, text, parent) => parent.appendChild(Object.assign(document.createElement(tag), { textContent: text }));
export const show = (id, text) => { at(id).textContent = text; at(id).hidden = !text; };

export function step(state, text) {
  const said = { yes: "对上了：", unknown: "没能核对：" }[state];
  make("li", said + text, at("steps")).className = state;
  at("steps").hidden = false;
}

// Stays once it was said: a second code in the same page does not make good what the first one refused.
let isRefused = false;

export function conclude(state, title, reason) {
  isRefused = isRefused || state === "no";
  at("check").classList.remove("verdict-yes", "verdict-no", "verdict-unknown");
  at("check").classList.add(`verdict-${state}`);
  show("verdict", title);
  show("reason", reason);
}

export const NO_SIGNATURE = "签名是不是本村的。这部手机的浏览器不会核对签名，备用的程序也没有取到。";

// The log that the page is about, opened with what this browser can do; once for all that the page asks of it.
let opened;
export function open() {
  opened = opened || (async () => {
    const crypto = await openCrypto();
    if (!crypto.sha256) throw new Unable("这部手机的浏览器不会算指纹，备用的程序也没有取到。有信号时再试，或换部手机；网址要是 https 开头的。");
    return openLog(at("memory").dataset, crypto);
  })();
  opened.catch(() => { opened = undefined; }); // The next look may find a signal.
  return opened;
}

// Runs a check to its verdict. `advice` is added where the evidence speaks against what is claimed.
export async function judge(check, advice) {
  try {
    await check(await open());
  } catch (error) {
    if (error instanceof Wrong) return conclude("no", "✘ 对不上", `${error.message}${advice}`);
    conclude("unknown", error.title || "？ 没能核对完", error instanceof Unable ? error.message : "没能算完，换部手机再试。");
  }
}

function tellDay(day) {
  const [year, month, date] = day.split("-").map(Number);
  return `${year === new Date().getFullYear() ? "" : `${year}年`}${month}月${date}日`;
}

const AGAINST = {
  back: ({ old, now }) => `账本变短了：那时有 ${old.size} 条，现在只有 ${now} 条。记下的账不许拿掉。`,
  rewritten: ({ old }) => `旧账被改过：那时的前 ${old.size} 条，和现在网上的不一样。`,
  rekeyed: () => "签名的钥匙对不上：那时签名的钥匙，不在现在这本账里。",
  replaced: ({ old }) => `换成了另一本账，而那时旧账已有 ${old.size} 条，新账没有如实说明。`,
};
const FOR = {
  first: ({ head }) => `这部手机记下了今天的账本，共 ${head.size} 条。下次来，会自动看它接不接得上。`,
  same: ({ day }) => `和您上次（${tellDay(day)}）看到的账本一模一样：没有添，也没有改。`,
  grown: ({ day, added }) => `和您上次（${tellDay(day)}）看到的账本接得上：只增加了 ${added} 条，没有改过旧的。`,
  refounded: ({ day, old }) => `您上次（${tellDay(day)}）看到的是前一册账，共 ${old.size} 条。村里已公开声明前一册丢了一部分，另立了这一册；旧纸请留着。`,
  refused: () => "",
  unkept: () => "这个浏览器不让网页记东西，所以没有和上次比，下次也没法和今天的比。",
};
const REFUSED = "上面没有对上，所以这一次看到的没有记进手机。";

// Compares with what this phone saw last, and says what came of it. Never claims what was not compared.
export async function showMemory() {
  const card = at("memory");
  const wasRefused = isRefused;
  let found;
  try {
    const log = await open();
    if (log.verify) found = await compare(log, wasRefused);
    const tell = found && FOR[found.state];
    show("remembered", tell ? tell(found) + (wasRefused ? REFUSED : "") : "签名没能验，所以没有和上次看到的比，也没有记下这一次的。");
    if (found && !tell) accuse(log, found);
  } catch (error) {
    const isWrong = error instanceof Wrong;
    if (isWrong) card.classList.add("verdict-no");
    show("remembered", `${isWrong ? "✘ " : ""}没能和上次看到的比：${error instanceof Wrong || error instanceof Unable ? error.message : "没能算完。"}`);
  }
  at("kept").hidden = !found || ["refused", "unkept"].includes(found.state);
  at("forget").onclick = () => {
    forget(card.dataset.village);
    card.classList.remove("verdict-no");
    for (const id of ["evidence", "kept"]) at(id).hidden = true;
    show("remembered", "已从这部手机里删掉。");
  };
  card.hidden = false;
}

function accuse(log, found) {
  at("memory").classList.add("verdict-no");
  show("remembered", `✘ 和您上次（${tellDay(found.day)}）看到的账本接不上！${AGAINST[found.state](found)}`);
  const text = writeEvidence(log, found);
  at("evidence-text").textContent = text;
  at("save").href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  at("copy").onclick = () => {
    at("evidence-fold").open = true; // What is folded cannot be selected.
    getSelection().selectAllChildren(at("evidence-text"));
    // Older engines and pages without HTTPS have no clipboard of their own; what is selected can be copied by hand too.
    const isDone = document.execCommand("copy");
    show("copied", isDone ? "已复制，可以粘贴到微信里发给他们。" : "请按住上面的文字，自己复制。");
  };
  at("evidence").hidden = false;
  at("main").prepend(at("memory")); // Whatever the page is about, this comes first.
}
