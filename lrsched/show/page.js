"use strict";

// FORMULAS, the schedules as functions of the step, come before this; the rest of what is known of
// them is data. Words are only ever set as text, never as markup: a name is whatever a user likes.

const { last, schedules } = JSON.parse(document.getElementById("data").textContent);
const find = (id) => document.getElementById(id);
const plot = find("plot");

const COLOURS = 8;
const RIGHT = 14;
const TOP = 24;
const BOTTOM = 26;
const LEAST = Math.min(last, 2); // steps from one side to the other, at the closest

const state = {
  from: 0,
  to: last,
  log: false,
  step: 0,
  selected: 0,
  shown: schedules.map(() => true),
};
// Where the last drawing put things: pixels of steps and of values.
let scale = null;

// ---- Elements

function made(space, tag, attributes, children) {
  const element = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
const html = (tag, attributes = {}, ...children) =>
  made("http://www.w3.org/1999/xhtml", tag, attributes, children);
const svg = (tag, attributes = {}, ...children) =>
  made("http://www.w3.org/2000/svg", tag, attributes, children);
const colour = (i) => `c${i % COLOURS}`;
const again = (i) => (i >= COLOURS ? "again" : "");

const whole = (step) => step.toLocaleString("en-US", { maximumFractionDigits: 20 });
const digits = (value) => {
  const small = value !== 0 && Math.abs(value) < 1e-4;
  return small ? value.toExponential() : String(value);
};
const short = (value) => digits(Number(value.toPrecision(6)));

// ---- Values

// The floats right before and after a step: the two sides of a jump.
const before = (step) => step * (1 - 2 ** -53);
const after = (step) => step * (1 + 2 ** -52);

// The first of ascending marks that is at a step or behind it.
function firstMark(marks, step) {
  let low = 0;
  for (let high = marks.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (marks[middle] < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

// How a list of marks that ends too soon goes on, if it repeats itself: the last few, and the steps
// from one time to the next.
function repetition(marks) {
  const back = (n) => marks[marks.length - 1 - n];
  for (let n = 1; n <= 16 && 2 * n < marks.length; n++) {
    const every = back(0) - back(n);
    const again = Array.from({ length: n + 1 }, (_, k) => back(k) - back(k + n) === every);
    if (every > 0 && again.every(Boolean)) return { every, marks: marks.slice(-n) };
  }
  return { every: Infinity, marks: [] };
}
const repeated = schedules.map(({ marks, more }) => repetition(more ? marks : []));

// Marks of a column, a few at most of those that are not listed: each is looked at, guessed or not.
function* marksWithin(i, start, stop) {
  const { marks } = schedules[i];
  for (let k = firstMark(marks, start); k < marks.length && marks[k] < stop; k++) yield marks[k];
  if (stop <= marks.at(-1)) return;
  const { every, marks: pattern } = repeated[i];
  for (const mark of pattern) {
    const next = mark + Math.max(1, Math.ceil((start - mark) / every)) * every;
    if (next < stop) yield next;
  }
}

// What a curve does in each column of pixels: where it comes in, and its least and greatest value,
// in the order in which they are met. Between two marks a curve of ours goes one way, so that no
// peak is missed; where there are more marks than are listed, many steps of a column are looked at.
//
// As long as a column has several steps, they alone are looked at: they are what a run uses. Closer,
// the curve is drawn for real steps, with both sides of each jump.
function columnsOf(i, from, to, width) {
  const formula = FORMULAS[i];
  const { more } = schedules[i];
  const size = (to - from) / width;
  const real = size < 4;
  const looks = more ? 48 : 6;
  const columns = [];
  for (let x = 0; x < width; x++) {
    const start = from + x * size;
    const stop = from + (x + 1) * size;
    const at = [start];
    for (let k = 1; k < looks; k++) {
      // Out of step with whatever repeats: a golden ratio of the way on from the last.
      const part = more ? (k * 0.6180339887498949 + x * 0.7548776662466927) % 1 : k / looks;
      at.push(start + part * size);
    }
    for (const here of marksWithin(i, start, stop)) {
      if (real) at.push(before(here), here, after(here));
      else at.push(Math.ceil(here) - 1, Math.ceil(here), Math.floor(here) + 1);
    }
    const broken = at.length > looks;
    at.sort((a, b) => a - b);
    let low = Infinity;
    let high = -Infinity;
    let rises = true;
    let first = NaN;
    for (const step of at) {
      const value = formula(Math.min(last, Math.max(0, real ? step : Math.round(step))));
      if (Number.isNaN(first)) first = value;
      if (value < low) [low, rises] = [value, false];
      if (value > high) [high, rises] = [value, true];
    }
    const end = formula(Math.min(last, real ? stop : Math.round(stop)));
    columns.push({ first, low, high, rises, end, broken });
  }
  return columns;
}

// ---- Axes

function niceStep(span, most) {
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((k) => k * power).find((step) => step >= rough * (1 - 1e-9));
}

function linearTicks(low, high, most) {
  const step = niceStep(high - low, most);
  if (!Number.isFinite(step) || step === 0) return [low, high];
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) {
    ticks.push(Number((k * step).toPrecision(12)));
  }
  return ticks;
}

function logTicks(low, high, most) {
  const [first, end] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (end - first < 1) return linearTicks(low, high, most).filter((tick) => tick > 0);
  const ticks = [];
  const each = Math.ceil((end - first + 1) / most);
  for (let k = first; k <= end; k += each) ticks.push(Number(`1e${k}`));
  return ticks;
}

// The values from bottom to top: those in view, with some room, as far as numbers go.
function rangeOf(curves) {
  const { low, high, empty } = roomFor(curves);
  const most = Number.MAX_VALUE;
  return { low: Math.max(-most, low), high: Math.min(most, high), empty };
}

function roomFor(curves) {
  let low = Infinity;
  let high = -Infinity;
  let least = Infinity; // above 0
  for (const column of curves.flat()) {
    for (const value of [column.low, column.high]) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
      if (value > 0) least = Math.min(least, value);
    }
  }
  if (state.log) {
    if (!(high > 0)) return { low: 0.1, high: 1, empty: true };
    least = Math.max(least, high * 1e-16);
    const room = Math.max(1.12, (high / least) ** 0.05);
    return { low: Math.max(Number.MIN_VALUE, least / room), high: high * room };
  }
  if (low > high) return { low: 0, high: 1, empty: true };
  if (low === high) {
    const room = Math.abs(low) / 2 || 1;
    return { low: low - room, high: high + room };
  }
  if (low >= 0 && low < 0.4 * high) return { low: 0, high: high * 1.05 };
  if (high <= 0 && high > 0.4 * low) return { low: low * 1.05, high: 0 };
  const room = 0.1 * (high / 2 - low / 2);
  return { low: low - room, high: high + room };
}

// ---- Drawing

function draw() {
  const width = plot.clientWidth;
  const height = Math.round(Math.max(240, Math.min(420, width * 0.55)));
  if (!width) return;
  const { from, to, log } = state;
  const shown = schedules.map((_, i) => i).filter((i) => state.shown[i]);

  // The axis of values is as wide as its words, which depend on the values in view.
  let left = 60;
  let curves = shown.map((i) => columnsOf(i, from, to, Math.max(40, width - left - RIGHT)));
  const range = rangeOf(curves);
  const ticks = (log ? logTicks : linearTicks)(range.low, range.high, Math.max(3, height / 60));
  const words = ticks.map(short);
  const needed = Math.min(width / 3, 14 + 7 * Math.max(...words.map((word) => word.length), 2));
  if (needed > left) {
    left = Math.ceil(needed);
    curves = shown.map((i) => columnsOf(i, from, to, Math.max(40, width - left - RIGHT)));
  }

  const inner = Math.max(40, width - left - RIGHT);
  const bottom = height - BOTTOM;
  const tall = bottom - TOP;
  const share = log
    ? (value) => Math.log(value / range.low) / Math.log(range.high / range.low)
    : (value) => (value / 2 - range.low / 2) / (range.high / 2 - range.low / 2);
  scale = {
    left,
    inner,
    x: (step) => left + ((step - from) / (to - from)) * inner,
    // What is below a logarithmic axis, 0 included, is just outside of it, and so is infinity.
    y(value) {
      const part = log && value <= 0 ? -1 : share(value);
      return bottom - Math.min(1.5, Math.max(-0.5, part)) * tall;
    },
    step: (x) => from + ((x - left) / inner) * (to - from),
  };
  const { x, y } = scale;

  const inside = svg("g", { "clip-path": "url(#inside)" });
  const parts = [
    svg("clipPath", { id: "inside" }, svg("rect", { x: left, y: TOP - 2, width: inner, height: tall + 4 })),
    ...bands(x, bottom),
    ...ticks.flatMap((tick, k) => [
      svg("line", { class: "grid", x1: left, x2: left + inner, y1: y(tick), y2: y(tick) }),
      svg("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, words[k]),
    ]),
    ...stepTicks(from, to, inner).flatMap((tick) => {
      const word = whole(tick);
      const edge = left + inner - x(tick) < 4 * word.length ? "end" : "middle";
      return [
        svg("line", { class: "axis", x1: x(tick), x2: x(tick), y1: bottom, y2: bottom + 5 }),
        svg("text", { x: edge === "end" ? left + inner : x(tick), y: bottom + 19, "text-anchor": edge }, word),
      ];
    }),
    svg("path", { class: "axis", fill: "none", d: `M${left} ${TOP}V${bottom}H${left + inner}` }),
    inside,
    svg("g", { id: "pointer" }),
  ];
  if (range.empty) {
    const why = shown.length ? "No value here is above 0" : "No schedule is shown";
    parts.push(svg("text", { x: left + inner / 2, y: TOP + tall / 2, "text-anchor": "middle" }, why));
  }
  shown.forEach((i, k) => inside.append(curve(i, curves[k])));
  plot.setAttribute("viewBox", `0 0 ${width} ${height}`);
  plot.setAttribute("height", height);
  plot.replaceChildren(...parts);
  read();
}

function stepTicks(from, to, inner) {
  const most = Math.max(2, Math.floor(inner / (9 * whole(Math.ceil(to)).length + 16)));
  return linearTicks(from, to, Math.min(10, most)).filter(Number.isInteger);
}

function curve(i, columns) {
  const { x, y, left } = scale;
  const round = (pixel) => Math.round(pixel * 100) / 100;
  const points = [];
  columns.forEach(({ first, low, high, rises, end, broken }, k) => {
    const [a, b] = [y(first), y(end)];
    points.push(`${round(left + k)} ${round(a)}`);
    // A jump is upright, in the middle of its column, and so is what stands out from both sides.
    if (broken || y(low) > Math.max(a, b) + 0.2 || y(high) < Math.min(a, b) - 0.2) {
      for (const value of rises ? [low, high] : [high, low]) {
        points.push(`${left + k + 0.5} ${round(y(value))}`);
      }
    }
  });
  points.push(`${left + columns.length} ${round(y(columns.at(-1).end))}`);
  const group = svg("g", { class: again(i), "data-curve": i });
  group.append(svg("path", { class: `curve ${colour(i)}`, d: `M${points.join("L")}` }));
  if (scale.inner / (state.to - state.from) >= 8) {
    // So close that updates stand apart: each has its dot.
    for (let step = Math.ceil(state.from); step <= state.to; step++) {
      const centre = { cx: round(x(step)), cy: round(y(FORMULAS[i](step))) };
      group.append(svg("circle", { class: `dot ${colour(i)}`, r: 3, ...centre }));
    }
  }
  return group;
}

// The phases of the selected schedule, every other one shaded, and the marks between, where there
// is room for them.
function bands(x, bottom) {
  const { phases, marks } = schedules[state.selected];
  const { left, inner } = scale;
  const parts = [];
  phases.forEach(({ start, stop, name }, k) => {
    const [a, b] = [Math.max(left, x(start)), Math.min(left + inner, x(stop))];
    if (b <= a) return;
    const size = { x: a, y: TOP, width: b - a, height: bottom - TOP };
    if (k % 2 === 0) parts.push(svg("rect", { class: "band", ...size }));
    if (b - a > 6.6 * name.length + 8) {
      parts.push(svg("text", { class: "phase", x: (a + b) / 2, y: TOP - 9, "text-anchor": "middle" }, name));
    }
  });
  const visible = marks.slice(firstMark(marks, state.from), firstMark(marks, state.to));
  if (visible.length && inner / visible.length > 8) {
    const lines = visible.map((mark) => `M${x(mark)} ${TOP}V${bottom}`).join("");
    parts.push(svg("path", { class: "mark", d: lines }));
  }
  return parts;
}

// ---- Reading values

function read() {
  const { step } = state;
  find("step").value = step;
  const pointer = [];
  if (step >= state.from && step <= state.to) {
    const x = scale.x(step);
    const bottom = Number(plot.getAttribute("height")) - BOTTOM;
    pointer.push(svg("line", { class: "cursor", x1: x, x2: x, y1: TOP, y2: bottom }));
    schedules.forEach((_, i) => {
      if (!state.shown[i]) return;
      const y = scale.y(FORMULAS[i](step));
      if (y >= TOP - 4 && y <= bottom + 4) {
        pointer.push(svg("circle", { class: `at ${colour(i)}`, r: 4.5, cx: x, cy: y }));
      }
    });
  }
  find("pointer").replaceChildren(...pointer);
  const { phases } = schedules[state.selected];
  const phase = phases.findLast(({ start }) => start <= step);
  find("phase").textContent = phase && (step < phase.stop || step === last) ? `in ${phase.name}` : "";
  const values = schedules.map((_, i) => digits(FORMULAS[i](step)));
  document.querySelectorAll("#legend output").forEach((output, i) => {
    output.textContent = values[i];
  });
  const heard = schedules.map(({ label }, i) => `${label}: ${values[i]}`);
  plot.setAttribute("aria-valuemin", 0);
  plot.setAttribute("aria-valuemax", last);
  plot.setAttribute("aria-valuenow", step);
  plot.setAttribute("aria-valuetext", [`step ${whole(step)}`, ...heard].join("; "));
}

function go(step) {
  state.step = Math.min(last, Math.max(0, Math.round(step)));
  const { from, to } = state;
  if (state.step < from) show(state.step, state.step + to - from);
  else if (state.step > to) show(state.step - (to - from), state.step);
  else read();
}

// ---- Zooming

function show(from, to) {
  const span = Math.min(last, Math.max(LEAST, to - from));
  const middle = (from + to) / 2;
  state.from = Math.min(last - span, Math.max(0, to - from === span ? from : middle - span / 2));
  state.to = state.from + span;
  draw();
}

// About the step that is read, if it is in view: it stays where it is.
function zoom(factor, about = state.step) {
  const { from, to } = state;
  const fixed = about >= from && about <= to ? about : (from + to) / 2;
  const span = Math.min(last, Math.max(LEAST, (to - from) * factor));
  const start = fixed - ((fixed - from) / (to - from)) * span;
  show(start, start + span);
}

const pan = (part) => {
  const by = (state.to - state.from) * part;
  show(state.from + by, state.to + by);
};
const all = () => show(0, last);

function setLog(on) {
  state.log = on;
  find("log").checked = on;
  draw();
}

// ---- What there is to press

function pixelOf(event) {
  const x = event.clientX - plot.getBoundingClientRect().left;
  return Math.min(scale.left + scale.inner, Math.max(scale.left, x));
}

let pressed = null;
plot.addEventListener("pointerdown", (event) => {
  // A finger reads; buttons zoom for it.
  if (event.pointerType !== "touch" && event.button === 0) pressed = pixelOf(event);
  plot.setPointerCapture(event.pointerId);
  go(scale.step(pixelOf(event)));
});
plot.addEventListener("pointermove", (event) => {
  const x = pixelOf(event);
  go(Math.min(state.to, Math.max(state.from, scale.step(x))));
  if (pressed !== null) {
    const size = { x: Math.min(x, pressed), y: TOP, width: Math.abs(x - pressed) };
    const bottom = Number(plot.getAttribute("height")) - BOTTOM;
    find("pointer").append(svg("rect", { class: "span", ...size, height: bottom - TOP }));
  }
});
plot.addEventListener("pointerup", (event) => {
  const start = pressed;
  pressed = null;
  const end = pixelOf(event);
  if (start === null) return;
  if (Math.abs(end - start) > 4) {
    show(scale.step(Math.min(start, end)), scale.step(Math.max(start, end)));
  } else {
    read();
  }
});
plot.addEventListener("pointercancel", () => {
  pressed = null;
  read();
});
plot.addEventListener("dblclick", all);
plot.addEventListener(
  "wheel",
  (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // then it scrolls the page
    event.preventDefault();
    zoom(Math.exp(event.deltaY / 200), scale.step(pixelOf(event)));
  },
  { passive: false },
);
plot.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const move = Math.max(1, (state.to - state.from) / scale.inner) * (event.shiftKey ? 10 : 1);
  const actions = {
    ArrowLeft: () => go(state.step - move),
    ArrowRight: () => go(state.step + move),
    Home: () => go(0),
    End: () => go(last),
    "+": () => zoom(1 / 2),
    "=": () => zoom(1 / 2),
    "-": () => zoom(2),
    0: all,
    Escape: all,
    l: () => setLog(!state.log),
    L: () => setLog(!state.log),
  };
  if (!actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
});

find("step").max = last;
find("step").addEventListener("change", (event) => go(Number(event.target.value) || 0));
find("log").addEventListener("change", (event) => setLog(event.target.checked));
find("in").addEventListener("click", () => zoom(1 / 2));
find("out").addEventListener("click", () => zoom(2));
find("left").addEventListener("click", () => pan(-1 / 2));
find("right").addEventListener("click", () => pan(1 / 2));
find("all").addEventListener("click", all);

// ---- The words

function legend() {
  const alone = schedules.length === 1;
  const rows = schedules.map(({ label }, i) => {
    const box = html("input", { type: "checkbox", checked: "", "aria-label": `Show ${label}` });
    box.addEventListener("change", () => {
      state.shown[i] = box.checked;
      draw();
    });
    const pick = html("button", { type: "button", class: "pick", title: label }, label);
    pick.addEventListener("click", () => select(i));
    const stroke = svg("line", { class: `${colour(i)} ${again(i)}`, x1: 0, x2: 22, y1: 5, y2: 5 });
    const swatch = svg("svg", { class: "swatch", viewBox: "0 0 22 10", "aria-hidden": "true" }, stroke);
    const parts = alone ? [swatch, html("span", { class: "pick" }, "Value")] : [box, swatch, pick];
    return html("li", alone ? { class: "alone" } : {}, ...parts, html("output"));
  });
  find("legend").append(...rows);
}

function select(i) {
  state.selected = i;
  document.querySelectorAll("#legend button").forEach((pick, k) => {
    pick.setAttribute("aria-pressed", k === i);
  });
  find("about").replaceChildren(...about(i));
  draw();
}

function about(i) {
  const { label, text, rows, phases, findings } = schedules[i];
  const [head, ...body] = rows;
  const table = html(
    "table",
    {},
    html("thead", {}, html("tr", {}, ...head.map((word) => html("th", { scope: "col" }, word)))),
    html(
      "tbody",
      {},
      ...body.map((row) =>
        html("tr", {}, ...row.map((word, k) => html("td", {}, k < 4 ? word : html("code", {}, word)))),
      ),
    ),
  );
  const said = findings.map(({ fault, message }) =>
    html("li", {}, html("span", fault ? { class: "fault" } : {}, fault ? "fault" : "note"), `: ${message}`),
  );
  const title = html("h2", { class: "clamped", title: label }, label);
  return [
    ...(schedules.length > 1 ? [title] : []),
    html("h3", {}, "Phases"),
    html("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Phases" }, table),
    html("h3", {}, "Findings"),
    said.length ? html("ul", { class: "findings" }, ...said) : html("p", { class: "hint" }, "Nothing found."),
    html("h3", {}, "Text"),
    code("text", text),
    ...Object.entries(recipes(text)).flatMap(([name, lines]) => [
      html("h3", {}, name),
      code(name, lines.join("\n")),
    ]),
    html("h3", {}, "JavaScript"),
    code("JavaScript", FORMULAS[i].toString()),
  ];
}

const recipes = (text) => {
  const start = ["import lrsched as lrs"];
  const schedule = ["", `schedule = lrs.parse(${JSON.stringify(text)})`];
  return {
    torch: [
      ...start,
      "from lrsched.adapters.torch import ScheduleLR",
      ...schedule,
      "scheduler = ScheduleLR(optimizer, schedule)  # scheduler.step() after optimizer.step()",
    ],
    Keras: [
      "import keras",
      ...start,
      "from lrsched.adapters.keras import to_keras",
      ...schedule,
      "optimizer = keras.optimizers.AdamW(to_keras(schedule))",
    ],
    JAX: [
      ...start,
      "import optax",
      "from lrsched.adapters.jax import to_jax",
      ...schedule,
      "optimizer = optax.adamw(to_jax(schedule))",
    ],
  };
};

function code(name, text) {
  const words = html("pre", { tabindex: "0" }, html("code", {}, text));
  const copy = html("button", { type: "button", "aria-label": `Copy ${name}` }, "Copy");
  copy.addEventListener("click", async () => {
    const copied = await copyOf(text, words);
    copy.textContent = copied ? "Copied" : "Selected";
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  });
  return html("div", { class: "code" }, words, copy);
}

// Where a page may not write to the clipboard, the text is selected for its reader to copy.
async function copyOf(text, words) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(words);
    return false;
  }
}

const names = schedules.map(({ label }) => label);
document.title = names.join(", ").slice(0, 100);
find("title").textContent = names.length === 1 ? names[0] : `${names.length} schedules`;
find("title").classList.add("clamped");
legend();
select(0);
// A drawing changes the height of what it is in; only another width asks for another drawing.
let drawn = plot.clientWidth;
new ResizeObserver(() => {
  if (plot.clientWidth !== drawn) draw();
  drawn = plot.clientWidth;
}).observe(plot);
