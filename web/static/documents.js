// The desk's pages for source documents. Before sending: are the chosen files small enough, and not too many? On a page to
// black out: rectangles are drawn by dragging. Everything works without this, by the server's word and by the grid.

function tellSize(bytes) {
  return `${(bytes / 1048576).toFixed(1)} MB`;
}

function watchFiles(form) {
  const said = document.getElementById("files-said");
  const inputs = [...form.querySelectorAll("input[type=file]")];
  const judge = () => {
    const files = inputs.flatMap((input) => [...input.files]);
    const large = files.find((file) => file.size > Number(form.dataset.fileBytes));
    const total = files.reduce((sum, file) => sum + file.size, 0);
    if (large) {
      return `「${large.name}」有 ${tellSize(large.size)}，太大：缩小了再选。`;
    }
    if (total > Number(form.dataset.formBytes)) {
      return `一共 ${tellSize(total)}，一次送不了：分几次附上。`;
    }
    return files.length > Number(form.dataset.count) ? `选了 ${files.length} 份，太多：分几次附上。` : "";
  };
  const show = () => {
    const words = judge();
    said.textContent = words;
    said.hidden = !words;
    return words;
  };
  for (const input of inputs) {
    input.addEventListener("change", show);
  }
  form.addEventListener("submit", (event) => {
    if (show()) {
      event.preventDefault();
    }
  });
}

const SCALE = 10000;
const SMALLEST = 60;
const [COLUMNS, ROWS] = [10, 14];

function makeRectangle(value) {
  const [left, top, right, bottom] = value.split(",").map(Number);
  const rectangle = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  rectangle.setAttribute("x", left);
  rectangle.setAttribute("y", top);
  rectangle.setAttribute("width", right - left);
  rectangle.setAttribute("height", bottom - top);
  return rectangle;
}

function drawOn(place) {
  const drawn = document.getElementById("drawn");
  const list = document.getElementById("areas");
  const way = document.getElementById("way");
  const button = document.getElementById("switch");

  const sync = () => {
    drawn.replaceChildren();
    for (const field of list.querySelectorAll("input:checked")) {
      drawn.append(makeRectangle(field.value));
    }
    document.getElementById("none").hidden = list.children.length > 0;
  };
  const add = (value) => {
    const [left, top, right, bottom] = value.split(",").map((part) => Math.floor(Number(part) / 100));
    const row = document.createElement("li");
    const label = document.createElement("label");
    const field = document.createElement("input");
    const words = document.createElement("span");
    label.className = "choice";
    Object.assign(field, { type: "checkbox", name: "areas", value, checked: true });
    words.textContent = `第 ${list.children.length + 1} 块：左 ${left}%，上 ${top}%，右 ${right}%，下 ${bottom}%`;
    label.append(field, " ", words);
    row.append(label);
    list.append(row);
    sync();
  };
  const find = (event) => {
    const box = drawn.getBoundingClientRect();
    const keep = (part) => Math.min(SCALE, Math.max(0, Math.round(part * SCALE)));
    return [keep((event.clientX - box.left) / box.width), keep((event.clientY - box.top) / box.height)];
  };
  const frame = (from, to) => [
    Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1]),
  ];

  let start = null;
  let moving = null;
  drawn.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    drawn.setPointerCapture(event.pointerId);
    start = find(event);
  });
  drawn.addEventListener("pointermove", (event) => {
    if (start) {
      if (moving) moving.remove();
      moving = makeRectangle(frame(start, find(event)).join(","));
      drawn.append(moving);
    }
  });
  drawn.addEventListener("pointerup", (event) => {
    const area = start ? frame(start, find(event)) : null;
    if (moving) moving.remove();
    start = moving = null;
    if (area && area[2] - area[0] >= SMALLEST && area[3] - area[1] >= SMALLEST) {
      add(area.join(","));
    }
  });
  drawn.addEventListener("pointercancel", () => {
    if (moving) moving.remove();
    start = moving = null;
  });
  list.addEventListener("change", sync);

  // A finger scrolls: it taps squares until somebody wants to drag. A mouse drags at once.
  const choose = (isDrawing) => {
    for (const cell of isDrawing ? place.querySelectorAll("input:checked") : []) {
      const [row, column] = cell.value.split("-").map(Number);
      const edges = [column / COLUMNS, row / ROWS, (column + 1) / COLUMNS, (row + 1) / ROWS];
      cell.checked = false; // It would be sent, and nobody would see it.
      add(edges.map((edge) => Math.round(edge * SCALE)).join(","));
    }
    place.classList.toggle("is-drawing", isDrawing);
    button.textContent = isDrawing ? "改用点格子" : "改用拖动画框";
    way.textContent = isDrawing
      ? "在图上按住拖一个框，框里就涂黑；可以拖几个。"
      : "在图上点格子：点一格，黑一格；再点一次，不黑。";
  };
  button.parentElement.hidden = false;
  button.addEventListener("click", () => choose(!place.classList.contains("is-drawing")));
  choose(matchMedia("(pointer: fine)").matches);
}

const form = document.getElementById("files-form");
if (form) {
  watchFiles(form);
}
const place = document.getElementById("marking");
if (place) {
  drawOn(place);
}
