// A sheet that is typed: a piece of a spreadsheet is pasted over its cells, keys move between them, and what was typed is
// kept after each pause. Everything that counts is done by the server; without this script the same buttons do it.

const PAUSE_MS = 2000;
const UNDOS_MAX = 30;
const PAIRS = [["科目代码", "科目名称"], ["户号", "户主"], ["规则编号", "规则名称"], ["项目编号", "项目名称"], ["党员编号", "姓名"]];
const LINE_MARK = "↵"; // Stands for the end of a line where a cell has one line only: seen, and refused.

const form = document.getElementById("grid");
const saved = document.getElementById("saved");
const told = document.getElementById("told");
const rowsMax = Number(form.dataset.rowsMax);
const tables = [...form.querySelectorAll("table[data-field]")];
const rowsOf = (table) => [...table.tBodies[0].rows];
const cellsOf = (row) => [...row.querySelectorAll("td > input, td > textarea")];
const headerOf = (cell) => cell.closest("td").dataset.label;
const lastOf = (list) => list[list.length - 1];
const isCell = (node) => node instanceof Element && node.matches("td > input, td > textarea");

// A piece of a spreadsheet: cells between tabs, rows between line ends; a cell in quotes may hold both, and its quotes
// twice. What only looks like a quote is a character like any other.
export function parseTable(text) {
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const rows = [[]];
  let at = 0;
  for (;;) {
    const quoted = source[at] === '"' ? /^"((?:[^"]|"")*)"(?=[\t\n]|$)/.exec(source.slice(at)) : null;
    const plain = quoted ? null : /^[^\t\n]*/.exec(source.slice(at))[0];
    lastOf(rows).push(quoted ? quoted[1].replace(/""/g, '"') : plain);
    at += quoted ? quoted[0].length : plain.length;
    if (at >= source.length) return rows;
    if (source[at] === "\n") rows.push([]);
    at += 1;
  }
}

function write(cell, text) {
  cell.value = cell.tagName === "TEXTAREA" ? text : text.replace(/\n/g, LINE_MARK);
}

function number(table) {
  const field = table.dataset.field;
  rowsOf(table).forEach((row, place) => {
    const head = row.querySelector("th");
    head.id = `${field}-r${place + 1}`;
    head.textContent = place + 1;
    cellsOf(row).forEach((cell, column) => {
      cell.id = `${field}-${place + 1}-${column}`;
      cell.setAttribute("aria-labelledby", `${head.id} ${field}-h${column}`);
      const wrong = cell.parentNode.querySelector(".field-wrong");
      if (wrong) {
        wrong.id = `${cell.id}-w`;
        cell.setAttribute("aria-describedby", wrong.id);
      }
    });
    for (const button of row.querySelectorAll(".row-do button")) {
      const deed = button.value.split(":")[0];
      button.value = `${deed}:${field}:${place + 1}`;
      button.setAttribute("aria-label", deed === "drop" ? `删去第 ${place + 1} 行` : `在第 ${place + 1} 行上面加一行`);
    }
    row.classList.toggle("blank", cellsOf(row).every((cell) => !cell.value));
  });
}

function makeRow(table) {
  const row = lastOf(rowsOf(table)).cloneNode(true);
  for (const cell of cellsOf(row)) {
    write(cell, "");
    cell.removeAttribute("value");
    cell.removeAttribute("aria-invalid");
    cell.removeAttribute("aria-describedby");
    if (cell.tagName === "TEXTAREA") cell.textContent = "";
    cell.closest("td").classList.remove("is-wrong");
    const told = cell.parentNode.querySelector(".field-wrong");
    if (told) told.remove();
  }
  return row;
}

function addRows(table, count) {
  const room = Math.min(count, rowsMax - rowsOf(table).length);
  for (let made = 0; made < room; made += 1) table.tBodies[0].append(makeRow(table));
  number(table);
  return room === count;
}

const say = (text) => { told.textContent = text; };

// What a paste or a row that went can be taken back with: all that stood there.
const undos = [];
let typedSince = true;

function remember() {
  undos.push(tables.map((table) => rowsOf(table).map((row) => cellsOf(row).map((cell) => cell.value))));
  if (undos.length > UNDOS_MAX) undos.shift();
  typedSince = false;
}

function takeBack() {
  undos.pop().forEach((rows, place) => {
    const table = tables[place];
    while (rowsOf(table).length < rows.length) table.tBodies[0].append(makeRow(table));
    while (rowsOf(table).length > rows.length) lastOf(rowsOf(table)).remove();
    rowsOf(table).forEach((row, at) => cellsOf(row).forEach((cell, column) => write(cell, rows[at][column])));
    number(table);
  });
  say("已退回。");
  changed();
}

function spread(cell, rows) {
  const table = cell.closest("table");
  const headers = cellsOf(rowsOf(table)[0]).map(headerOf);
  const named = rows[0].map((text) => headers.indexOf(text.trim()));
  const hasHeaders = rows[0].length > 1 && named.filter((place) => place >= 0).length * 2 > rows[0].length;
  const body = hasHeaders ? rows.slice(1) : rows;
  const first = rowsOf(table).indexOf(cell.closest("tr"));
  const left = cellsOf(cell.closest("tr")).indexOf(cell);
  const places = body.map((row) => row.map((_, place) => (hasHeaders ? named[place] : left + place)));
  if (first + body.length > rowsMax) {
    say(`没有粘进来：要到第 ${first + body.length} 行，一张表至多 ${rowsMax} 行。请分两次，或用“导入表格”。`);
    return;
  }
  const lost = body.flatMap((row, at) => row.filter((text, place) => text && !headers[places[at][place]]));
  if (lost.length) {
    say(`没有粘进来：多出了 ${lost.length} 格，放不下，如“${lost[0].slice(0, 20)}”。请从第一列起粘，或连表头一起复制。`);
    return;
  }
  remember();
  addRows(table, Math.max(first + body.length - rowsOf(table).length, 0));
  const targets = rowsOf(table);
  body.forEach((row, at) => {
    const cells = cellsOf(targets[first + at]);
    row.forEach((text, place) => { if (cells[places[at][place]]) write(cells[places[at][place]], text); });
  });
  number(table);
  say(`粘进来 ${body.length} 行。按 Ctrl+Z 退回。`);
  changed();
}

form.addEventListener("paste", (event) => {
  if (!isCell(event.target)) return;
  const text = event.clipboardData.getData("text/plain");
  const rows = parseTable(text);
  if (rows.length === 1 && rows[0].length === 1 && (event.target.tagName === "TEXTAREA" || !/[\r\n]/.test(text))) {
    if (rows[0][0] === text) return; // As any other text.
  }
  event.preventDefault();
  spread(event.target, rows);
});

// Which row a key leads to; of the last one a new one.
function move(cell, by) {
  const table = cell.closest("table");
  const rows = rowsOf(table);
  const next = rows.indexOf(cell.closest("tr")) + by;
  const column = cellsOf(cell.closest("tr")).indexOf(cell);
  if (next < 0) return;
  if (next >= rows.length && !addRows(table, 1)) return;
  const row = rowsOf(table)[next];
  row.classList.remove("blank"); // On a phone the empty ones below are not shown.
  cellsOf(row)[column].focus();
  cellsOf(row)[column].select();
}

function step(cell, by) {
  const cells = tables.flatMap((table) => rowsOf(table).flatMap(cellsOf));
  const next = cells[cells.indexOf(cell) + by];
  if (next) { next.focus(); next.select(); } // What is typed takes the place of what stands there, as in a spreadsheet.
}

form.addEventListener("keydown", (event) => {
  const cell = event.target;
  const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
  if (isUndo && undos.length && !typedSince) {
    event.preventDefault();
    takeBack();
    return;
  }
  if (!isCell(cell) || event.isComposing || event.ctrlKey || event.metaKey) return;
  const before = cell.value.slice(0, cell.selectionStart);
  const after = cell.value.slice(cell.selectionEnd);
  if (event.key === "Enter") {
    event.preventDefault();
    if (event.altKey && cell.tagName === "TEXTAREA") {
      cell.setRangeText("\n", cell.selectionStart, cell.selectionEnd, "end");
      changed();
    } else move(cell, event.shiftKey ? -1 : 1);
    return;
  }
  if (event.altKey || event.shiftKey) return;
  const isWhole = !before && !after;
  const isAtRest = isWhole || cell.selectionStart === cell.selectionEnd;
  const acts = {
    ArrowDown: () => !after.includes("\n") && (move(cell, 1), true),
    ArrowUp: () => !before.includes("\n") && (move(cell, -1), true),
    ArrowLeft: () => !before && isAtRest && (step(cell, -1), true),
    ArrowRight: () => !after && isAtRest && (step(cell, 1), true),
  };
  if (acts[event.key] && acts[event.key]()) event.preventDefault();
});

// A code's name beside it, and the other way round, where nothing stands yet.
function complete(cell) {
  const header = headerOf(cell);
  const pair = PAIRS.find((two) => two.includes(header));
  if (!pair || !cell.list) return;
  const other = cellsOf(cell.closest("tr")).find((one) => headerOf(one) === pair[header === pair[0] ? 1 : 0]);
  const meant = new Set([...cell.list.options].filter((option) => option.value === cell.value.trim()).map((option) => option.label));
  if (other && !other.value && meant.size === 1) write(other, [...meant][0]);
}

form.addEventListener("change", (event) => { if (isCell(event.target)) { complete(event.target); changed(); } });
form.addEventListener("input", (event) => {
  if (!isCell(event.target)) return;
  typedSince = true;
  event.target.closest("tr").classList.remove("blank");
  changed();
});

// In fen, for adding; null where it is no amount.
function readFen(text) {
  const found = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(text.trim().replace(/[,，\s¥￥元]/g, ""));
  return found ? BigInt(`${found[1]}${found[2]}${(found[3] || "").padEnd(2, "0")}`) : null;
}

function formatFen(fen) {
  const digits = String(fen < 0n ? -fen : fen).padStart(3, "0");
  return `${fen < 0n ? "-" : ""}${digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",")}.${digits.slice(-2)}`;
}

function sumUp() {
  if (!["vouchers", "opening"].includes(form.dataset.kind)) return;
  const sums = { 借: 0n, 贷: 0n };
  const vouchers = new Map();
  let current = "";
  for (const row of rowsOf(tables[0])) {
    for (const cell of cellsOf(row)) {
      const header = headerOf(cell);
      if (header === "凭证号" && cell.value.trim()) current = cell.value.trim();
      const fen = /[金余]额$/.test(header) ? readFen(cell.value) : null;
      if (fen === null) continue;
      sums[header[0]] += fen;
      vouchers.set(current, (vouchers.get(current) || 0n) + (header[0] === "借" ? fen : -fen));
    }
  }
  const wrong = [...vouchers].filter(([, left]) => left !== 0n);
  const detail = wrong.slice(0, 3).map(([name, left]) => `${name} 差 ${formatFen(left < 0n ? -left : left)}`).join("，");
  const verdict = !wrong.length ? "，借贷相平" : `，还不平：${detail}${wrong.length > 3 ? "……" : ""}`;
  document.getElementById("sums").textContent = sums.借 || sums.贷 ? `借方 ${formatFen(sums.借)}，贷方 ${formatFen(sums.贷)}${verdict}` : "";
}

// Kept by itself after each pause, one request at a time. Buttons wait for one that is under way: it has the newer version.
let timer = 0;
let underWay = null;
let isDirty = false;
let isLeaving = false;

function changed() {
  isDirty = true;
  sumUp();
  clearTimeout(timer);
  timer = setTimeout(keep, PAUSE_MS);
}

async function keep() {
  if (underWay || isLeaving) return;
  isDirty = false;
  underWay = send().catch(() => { isDirty = true; saved.textContent = "还没有保存：连不上。不要关网页，连上以后会自动再存。"; });
  const again = await underWay;
  underWay = null;
  if (isDirty && again !== "wait") { clearTimeout(timer); timer = setTimeout(keep, PAUSE_MS); }
}

async function send(isAgain = false) {
  const body = new URLSearchParams(new FormData(form));
  body.set("do", "auto");
  const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } });
  if ((answer.headers.get("content-type") || "").startsWith("application/json")) {
    const kept = await answer.json();
    saved.textContent = kept.said;
    saved.classList.toggle("field-wrong", !answer.ok);
    if (answer.ok) form.elements.version.value = kept.version;
    return "";
  }
  if (!isAgain && (await findToken())) return send(true);
  isDirty = true;
  saved.classList.add("field-wrong");
  saved.textContent = "没有保存：登录到时间了。请在新窗口里重新登录，再回到这里接着填，填的都还在。";
  return "wait";
}

// After a new sign-in in another window this page needs the new session's token.
async function findToken() {
  const answer = await fetch(form.action, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#grid [name=csrf]");
  if (!fresh || fresh.value === form.elements.csrf.value) return false;
  form.elements.csrf.value = fresh.value;
  return true;
}

form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  if (underWay) {
    event.preventDefault();
    const button = event.submitter;
    underWay.then(() => form.requestSubmit(button));
    return;
  }
  isLeaving = true;
});
window.addEventListener("beforeunload", (event) => { if ((isDirty || underWay) && !isLeaving) event.preventDefault(); });
window.addEventListener("pageshow", () => { isLeaving = false; });
document.addEventListener("visibilitychange", () => { if (document.hidden && isDirty) keep(); });

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  const [deed, field, place] = (button ? button.value : "").split(":");
  if (deed === "more") {
    event.preventDefault();
    const first = rowsOf(tables[0]).length;
    if (!addRows(tables[0], 5)) say(`一张表至多 ${rowsMax} 行。`);
    const row = rowsOf(tables[0])[first];
    if (row) { row.classList.remove("blank"); cellsOf(row)[0].focus(); }
  } else if (deed === "drop" || deed === "insert") {
    event.preventDefault();
    const table = tables.find((one) => one.dataset.field === field);
    const row = rowsOf(table)[Number(place) - 1];
    if (deed === "insert" && rowsOf(table).length >= rowsMax) {
      say(`一张表至多 ${rowsMax} 行。`);
      return;
    }
    remember();
    if (deed === "insert") row.before(makeRow(table));
    else {
      if (rowsOf(table).length === 1) table.tBodies[0].append(makeRow(table));
      row.remove();
      say(`删去了第 ${place} 行。按 Ctrl+Z 退回。`);
    }
    number(table);
    const at = Math.min(Number(place), rowsOf(table).length) - 1;
    cellsOf(rowsOf(table)[at])[0].focus();
    changed();
  }
});

document.getElementById("tip").hidden = false;
form.classList.add("live");
sumUp();
