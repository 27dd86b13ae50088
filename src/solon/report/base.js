"use strict";
/* What all parts of the page share. Elements are made and filled with text; no string is ever parsed as markup. */

const Solon = {};

/** Make an element: attributes (functions become listeners, false is left out), then children (strings become text). */
Solon.element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
};

/** Make an SVG element. */
Solon.shape = (name, attributes = {}) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

/** Return a plain JSON block, or null if the page has none of that name. */
Solon.read = (name) => {
  const block = document.getElementById(name);
  return block ? JSON.parse(block.textContent) : null;
};

/** Unpack a compressed block; a page keeps what it unpacked. */
Solon.unpack = (name) => {
  if (!Solon.unpacked.has(name)) Solon.unpacked.set(name, Solon.inflate(document.getElementById(name).textContent));
  return Solon.unpacked.get(name);
};
Solon.unpacked = new Map();

Solon.inflate = async (text) => JSON.parse(await Solon.inflated(text));

Solon.inflated = (text) => {
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
};

/** Cut a figure, given in full, behind so many characters as Python does: exact ties to the even digit, others as `nearest`. */
Solon.even = (full, length, nearest) => {
  const tie = /^[02468]50*$/.test(full.slice(length - 1 - (full[length - 1] === ".")).replace(".", ""));
  return tie ? full.slice(0, length).replace(/\.$/, "") : nearest;
};

/** Round as Python does; toFixed alone takes ties away from zero. */
Solon.fixed = (value, digits) => {
  const full = value.toFixed(60);
  const text = Solon.even(full, full.length - 60 + digits, value.toFixed(digits));
  return Number(text) ? text : text.replace("-", "");
};

/** Write a figure with about three digits, as the rest of the page does. */
Solon.precise = (value) => {
  if (value === null || value === undefined) return "-";
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-3)) return Solon.scientific(value);
  return size >= 1000 ? Number(Solon.fixed(value, 0)).toLocaleString("en") : Solon.fixed(value, size >= 100 ? 1 : 2);
};

/** Write three digits as Python's ".3g" does. */
Solon.scientific = (value) => {
  const [full, rounded] = [60, 2].map((digits) => value.toExponential(digits).split("e"));
  const [digits, power] = [Number(Solon.even(full[0], full[0].length - 58, rounded[0])), Number(rounded[1])];
  if (power >= -4 && power < 3) return String(Number(`${digits}e${power}`));
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
};

/** Write a figure that stands alone: a whole number without digits behind it. */
Solon.figure = (value) => (Number.isInteger(value) && Math.abs(value) < 1000 ? String(value) : Solon.precise(value));

/** Return a colour of the style as it is in the present theme; a canvas understands no variables. */
Solon.colour = (name) => {
  Solon.probe ||= document.body.appendChild(Solon.element("i", { hidden: true }));
  Solon.probe.style.color = `var(--${name})`;
  return getComputedStyle(Solon.probe).color;
};

/** Call back at once and whenever the theme or the width of a part changes. */
Solon.redraw = (part, draw) => {
  Solon.drawings.push(draw);
  let width = 0;
  new ResizeObserver(() => {
    if (part.clientWidth && part.clientWidth !== width) {
      width = part.clientWidth;
      draw();
    }
  }).observe(part);
};
Solon.drawings = [];

/** Let the reader choose the theme; the choice lasts as long as the page. */
Solon.theme = (button) => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (document.documentElement.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const name = () => {
    button.textContent = dark() ? "Light" : "Dark";
    button.setAttribute("aria-label", dark() ? "Use light colours" : "Use dark colours");
    Solon.drawings.forEach((draw) => draw());
  };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
    name();
  });
  system.addEventListener("change", name);
  button.hidden = false;
  name();
};
