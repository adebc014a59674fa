// The jury's round: what a household and its group come to is added up as one types, and what is above a cap is marked.
// Everything that counts is done by the server; without this script the same buttons do it.

const form = document.getElementById("round");

// A quantity as people type it, full-width digits too; null for what is none.
export function readCount(text) {
  const found = /^[0-9]{1,6}$/.exec(text.trim().replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0)));
  return found ? Number(found[0]) : null;
}

// Minus and plus as on paper: 12, +12, −4.
export function formatPoints(points) {
  return points > 0 ? `+${points}` : points < 0 ? `−${-points}` : "0";
}

function readRules() {
  const rules = new Map();
  for (const head of form.querySelectorAll("thead [data-code]")) {
    rules.set(head.dataset.code, { cap: Number(head.dataset.cap), name: head.querySelector("b").textContent, points: Number(head.dataset.points) });
  }
  return rules;
}

function start() {
  const rules = readRules();
  const total = document.getElementById("group-total");
  const over = document.getElementById("over");
  const before = Number(total.textContent.replace("−", "-").replace(/[+,]/g, ""));
  let shown = null;
  let isDirty = false;
  let isLeaving = false;

  // A household has a row among the additions and one among the deductions: what it comes to is of both.
  function sumUp() {
    const points = new Map();
    const wrong = [];
    for (const row of form.querySelectorAll("tr[data-household]")) {
      const key = row.dataset.household;
      if (!points.has(key)) points.set(key, Number(row.dataset.elsewhere));
      for (const cell of row.querySelectorAll("td[data-code]")) {
        const rule = rules.get(cell.dataset.code);
        const counts = [...cell.querySelectorAll(".count")];
        const worth = counts.reduce((sum, one) => sum + (readCount(one.value) || 0), 0) * rule.points;
        const isOver = Math.abs(worth) > rule.cap;
        for (const one of counts) one.classList.toggle("is-over", isOver && one.value !== "");
        if (isOver) wrong.push(`${row.querySelector("th").textContent.trim()}，${rule.name}：${Math.abs(worth)} 分，每月至多 ${rule.cap} 分`);
        points.set(key, points.get(key) + worth);
      }
    }
    for (const row of form.querySelectorAll("tr[data-household]")) {
      row.querySelector(".sum output").textContent = formatPoints(points.get(row.dataset.household));
    }
    const sum = [...points.values()].reduce((one, other) => one + other, 0);
    if (shown === null) shown = sum;
    total.textContent = formatPoints(before + sum - shown);
    over.hidden = wrong.length === 0;
    over.textContent = wrong.length ? `超过封顶的不计分：${wrong.slice(0, 3).join("；")}${wrong.length > 3 ? `……一共 ${wrong.length} 处` : ""}` : "";
  }

  form.addEventListener("input", (event) => {
    isDirty = true;
    if (event.target.matches(".count")) sumUp();
  });
  // Enter leads down a column as in a spreadsheet; a form would be sent.
  form.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!cell.matches(".count") || event.isComposing || !["Enter", "ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const code = cell.closest("td").dataset.code;
    const column = [...cell.closest("table").querySelectorAll(`td[data-code="${code}"] > .count`)];
    const by = event.key === "ArrowUp" || event.shiftKey ? -1 : 1;
    const next = column[column.indexOf(cell) + by];
    if (next) { next.focus(); next.select(); }
  });
  form.addEventListener("submit", () => { isLeaving = true; });
  window.addEventListener("beforeunload", (event) => { if (isDirty && !isLeaving) event.preventDefault(); });
  window.addEventListener("pageshow", () => { isLeaving = false; sumUp(); });
  sumUp();
}

if (form) start();
