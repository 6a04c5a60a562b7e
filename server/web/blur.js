/* Rectangles are drawn on the photo, by pointer or keyboard, and stand in the form's rows in percent: the form alone is sent. */
"use strict";
(() => {
  const stage = document.querySelector(".blur-stage"), form = document.getElementById("blur");
  if (!stage || !form) return;
  const rows = form.querySelector("tbody"), most = 24, boxes = [];
  const says = document.createElement("p"), help = document.createElement("p"), more = document.createElement("button");
  says.className = "hidden";
  says.setAttribute("role", "status");
  help.className = "small blur-help";
  help.textContent = stage.dataset.help;
  more.type = "button";
  more.className = "button";
  more.textContent = stage.dataset.add;
  stage.after(help, more, says);
  stage.classList.add("drawn-on");
  const limit = (v, low, high) => Math.min(Math.max(v, low), high), round = (v) => Math.round(v * 10) / 10;

  const inputs = (row) => [...row.querySelectorAll("input")];
  const empty = (row) => inputs(row).every((i) => !i.value.trim());

  /* A row that is free, or one more. */
  function freeRow() {
    const used = new Set(boxes.map((b) => b.row)), all = [...rows.rows];
    const free = all.find((row) => !used.has(row) && empty(row));
    if (free || all.length >= most) return free || null;
    const row = all[0].cloneNode(true), n = all.length + 1;
    for (const input of inputs(row)) {
      input.value = "";
      input.id = input.name + n;
      const label = input.previousElementSibling;
      label.htmlFor = input.id;
      label.textContent = label.textContent.replace(/\d+$/, n);
    }
    rows.append(row);
    return row;
  }

  function place(box) {
    const { x, y, w, h } = box.at;
    Object.assign(box.element.style, { left: x + "%", top: y + "%", width: w + "%", height: h + "%" });
    const values = { x, y, w, h };
    for (const input of inputs(box.row)) input.value = String(round(values[input.name]));
    const name = `${stage.dataset.one} ${boxes.indexOf(box) + 1} : ${round(x)} %, ${round(y)} %, ${round(w)} × ${round(h)} %`;
    box.element.setAttribute("aria-label", name);
  }

  function remove(box) {
    boxes.splice(boxes.indexOf(box), 1);
    box.element.remove();
    for (const input of inputs(box.row)) input.value = "";
    boxes.forEach(place);
    says.textContent = stage.dataset.removed;
    (boxes.length ? boxes[boxes.length - 1].element : more).focus();
  }

  function keys(box, event) {
    const step = event.altKey ? 0.2 : 1, at = box.at;
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") remove(box);
    else if (move && event.shiftKey) {
      at.w = limit(at.w + move[0] * step, 1, 100 - at.x);
      at.h = limit(at.h + move[1] * step, 1, 100 - at.y);
      place(box);
    } else if (move) {
      at.x = limit(at.x + move[0] * step, 0, 100 - at.w);
      at.y = limit(at.y + move[1] * step, 0, 100 - at.h);
      place(box);
    } else return;
    event.preventDefault();
  }

  function add(at) {
    const row = freeRow();
    if (!row) return null;
    const element = document.createElement("button"), box = { at, row, element };
    element.type = "button";
    element.className = "blur-box";
    element.addEventListener("keydown", (event) => keys(box, event));
    stage.append(element);
    boxes.push(box);
    place(box);
    return box;
  }

  function spot(event) {
    const r = stage.getBoundingClientRect();
    return [limit((event.clientX - r.left) / r.width * 100, 0, 100), limit((event.clientY - r.top) / r.height * 100, 0, 100)];
  }

  /* Drags move a rectangle, or draw a new one. */
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const start = spot(event), old = boxes.find((b) => b.element === event.target);
    const box = old || add({ x: start[0], y: start[1], w: 0.5, h: 0.5 });
    if (!box) return;
    const was = { ...box.at };
    box.element.focus();
    stage.setPointerCapture(event.pointerId);
    const drag = (e) => {
      const [x, y] = spot(e);
      if (old) {
        box.at.x = limit(was.x + x - start[0], 0, 100 - was.w);
        box.at.y = limit(was.y + y - start[1], 0, 100 - was.h);
      } else box.at = { x: Math.min(x, start[0]), y: Math.min(y, start[1]), w: Math.max(Math.abs(x - start[0]), 0.5), h: Math.max(Math.abs(y - start[1]), 0.5) };
      place(box);
    };
    const drop = () => {
      stage.removeEventListener("pointermove", drag);
      stage.removeEventListener("pointerup", drop);
      stage.removeEventListener("pointercancel", drop);
      if (!old && (box.at.w < 1 || box.at.h < 1)) remove(box); /* a click and no drag */
    };
    stage.addEventListener("pointermove", drag);
    stage.addEventListener("pointerup", drop);
    stage.addEventListener("pointercancel", drop);
  });
  more.addEventListener("click", () => {
    const box = add({ x: 40, y: 40, w: 20, h: 20 });
    if (box) box.element.focus();
  });

  /* What was typed, before or now, shows too. */
  function readRow(row) {
    const typed = Object.fromEntries(inputs(row).map((i) => [i.name, Number(i.value.trim().replace(",", ".") || "x")]));
    const good = typed.x >= 0 && typed.y >= 0 && typed.w > 0 && typed.h > 0 && typed.x < 100 && typed.y < 100;
    let box = boxes.find((b) => b.row === row);
    if (!good) return;
    const at = { x: typed.x, y: typed.y, w: Math.min(typed.w, 100 - typed.x), h: Math.min(typed.h, 100 - typed.y) };
    if (!box) {
      const element = document.createElement("button");
      box = { at, row, element };
      element.type = "button";
      element.className = "blur-box";
      element.addEventListener("keydown", (event) => keys(box, event));
      stage.append(element);
      boxes.push(box);
    }
    box.at = at;
    place(box);
  }
  rows.addEventListener("change", (event) => readRow(event.target.closest("tr")));
  [...rows.rows].forEach(readRow);
})();
