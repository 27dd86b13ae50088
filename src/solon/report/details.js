/* The details of one candidate: source, difference to another program, prompt, reply, feedback, scores. */

/** Put the lines of a chunk together again: [first line, number of lines, ...]. */
Solon.text = (lines, runs) => {
  const found = [];
  for (let at = 0; at < runs.length; at += 2) for (let line = 0; line < runs[at + 1]; line++) found.push(lines[runs[at] + line]);
  return found.join("\n");
};

Solon.KEYWORDS = /^(?:False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)$/;
// Every string ends at the end of its line or text at the latest, so that a hostile source takes no more than linear time.
Solon.TOKENS = /(#[^\n]*)|("""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)|([A-Za-z_]\w*)|(\d[\w.]*)/g;

/** Show Python source in colours; anything else is shown as it is. */
Solon.paint = (code, source) => {
  const parts = [];
  let end = 0;
  for (const token of source.matchAll(Solon.TOKENS)) {
    const [text, comment, string, word] = token;
    if (word && !Solon.KEYWORDS.test(word)) continue;
    if (token.index > end) parts.push(source.slice(end, token.index));
    parts.push(Solon.element("span", { class: comment ? "comment" : string ? "string" : word ? "keyword" : "number" }, text));
    end = token.index + text.length;
  }
  code.replaceChildren(...parts, source.slice(end));
};

Solon.sourceView = (source) => {
  const code = Solon.element("code");
  Solon.paint(code, source);
  const numbers = source.split("\n").map((_, line) => line + 1).join("\n");
  return Solon.element("div", { class: "code", tabindex: "0", role: "region", "aria-label": "Source" },
    Solon.element("pre", { class: "numbers", "aria-hidden": "true" }, numbers), Solon.element("pre", {}, code));
};

/**
 * Compare two lists of lines (Myers 1986, with common ends cut off): a list of [sign, line] with the signs " ", "-", "+".
 * Programs that have almost nothing in common are shown as one replaced by the other.
 */
Solon.compare = (before, after) => {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let [oldEnd, newEnd] = [before.length, after.length];
  while (oldEnd > start && newEnd > start && before[oldEnd - 1] === after[newEnd - 1]) { oldEnd--; newEnd--; }
  const same = (lines) => lines.map((line) => [" ", line]);
  const middle = Solon.edits(before.slice(start, oldEnd), after.slice(start, newEnd));
  return [...same(before.slice(0, start)), ...middle, ...same(before.slice(oldEnd))];
};

Solon.MOST_EDITS = 1500;

Solon.edits = (before, after) => {
  const replaced = () => [...before.map((line) => ["-", line]), ...after.map((line) => ["+", line])];
  const [rows, columns] = [before.length, after.length];
  const trace = [];
  let reach = new Map([[1, 0]]);
  for (let edits = 0; edits <= Math.min(rows + columns, Solon.MOST_EDITS); edits++) {
    trace.push(new Map(reach));
    for (let line = -edits; line <= edits; line += 2) {
      const down = line === -edits || (line !== edits && reach.get(line - 1) < reach.get(line + 1));
      let x = down ? reach.get(line + 1) : reach.get(line - 1) + 1;
      while (x < rows && x - line < columns && before[x] === after[x - line]) x++;
      reach.set(line, x);
      if (x >= rows && x - line >= columns) return Solon.path(trace, before, after);
    }
  }
  return replaced();
};

Solon.path = (trace, before, after) => {
  const found = [];
  let [x, y] = [before.length, after.length];
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reach = trace[edits];
    const line = x - y;
    const down = line === -edits || (line !== edits && reach.get(line - 1) < reach.get(line + 1));
    const [oldLine, oldX] = down ? [line + 1, reach.get(line + 1)] : [line - 1, reach.get(line - 1)];
    const oldY = oldX - oldLine;
    while (x > oldX && y > oldY && x > 0 && y > 0) found.push([" ", before[--x]], (y--, null));
    if (edits) found.push(down ? ["+", after[--y]] : ["-", before[--x]]);
  }
  return found.filter(Boolean).reverse();
};

/** Show a difference with three lines around each change. */
Solon.diffView = (before, after) => {
  const lines = Solon.compare(before.split("\n"), after.split("\n"));
  const near = new Uint8Array(lines.length);
  lines.forEach(([sign], at) => { if (sign !== " ") near.fill(1, Math.max(0, at - 3), at + 4); });
  const part = Solon.element("div", { class: "diff", tabindex: "0", role: "region", "aria-label": "Difference" });
  const code = Solon.element("code");
  let skipped = 0;
  const gap = () => {
    if (skipped) code.append(Solon.element("span", { class: "gap" }, `${skipped} unchanged line${skipped === 1 ? "" : "s"}`));
    skipped = 0;
  };
  lines.forEach(([sign, line], at) => {
    if (!near[at]) { skipped++; return; }
    gap();
    code.append(Solon.element("span", { class: { "+": "added", "-": "gone", " ": "kept" }[sign] }, `${sign} ${line}`));
  });
  gap();
  const changes = lines.filter(([sign]) => sign !== " ").length;
  part.append(changes ? code : Solon.element("span", { class: "gap" }, "The programs are the same."));
  code.style.whiteSpace = "pre";
  return part;
};

/** Return the text of a program: its file, or its files one after the other. */
Solon.programText = ({ lines, document: it }) =>
  it.files.map(([name, runs]) => (it.files.length > 1 ? `# file: ${name}\n` : "") + Solon.text(lines, runs)).join("\n\n");

/** Make tabs: [title, function that makes the content]; arrows move between them. */
Solon.tabs = (entries, opened) => {
  const make = Solon.element;
  const panel = make("div", { role: "tabpanel", id: "detail-panel" });
  const open = (place, focus) => {
    buttons.forEach((button, at) => {
      button.setAttribute("aria-selected", String(at === place));
      button.tabIndex = at === place ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", buttons[place].id);
    panel.replaceChildren(...[entries[place][1]()].flat());
    if (focus) buttons[place].focus();
  };
  const choose = (place, focus) => {
    Solon.openTab = entries[place][0]; // the next candidate opens here too
    open(place, focus);
  };
  const buttons = entries.map(([title], place) => make("button", {
    type: "button", role: "tab", id: `tab-${place}`, "aria-controls": "detail-panel", click: () => choose(place, false),
    keydown: (event) => {
      const moves = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: entries.length - 1 };
      if (!Object.hasOwn(moves, event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      choose((moves[event.key] + entries.length) % entries.length, true);
    },
  }, title));
  open(Math.max(0, entries.findIndex(([title]) => title === opened)), false);
  return [make("div", { class: "tabs", role: "tablist", "aria-label": "Details" }, ...buttons), panel];
};

/** Draw each metric's value on every search seed, as a table. */
Solon.scoresView = (metrics) => {
  const make = Solon.element;
  const rows = Object.entries(metrics).map(([name, values]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
    return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, Solon.precise(mean)), ...values.map((value) => make("td", {}, Solon.precise(value))));
  });
  const seeds = rows.length ? Object.values(metrics)[0].map((_, seed) => make("th", { scope: "col" }, `seed ${seed}`)) : [];
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Scores by seed" },
    make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "metric"), make("th", { scope: "col" }, "mean"), ...seeds)), make("tbody", {}, ...rows)));
};

Solon.facts = (entries) => Solon.element("dl", { class: "facts" },
  ...entries.filter(([, value]) => value !== "" && value !== null && value !== undefined).flatMap(([name, value]) => [Solon.element("dt", {}, name), Solon.element("dd", {}, value)]));

Solon.said = (name, text) => Solon.element("pre", { class: "said", tabindex: "0", role: "region", "aria-label": name }, text);

/** Show a fault, with its traceback if there is one. */
Solon.faultView = (lines, fault) => {
  const trace = Solon.text(lines, fault.traceback);
  return [
    Solon.element("p", { class: "finding alarm" }, Solon.element("strong", {}, fault.kind), ` ${fault.message}`),
    fault.remedy ? Solon.element("p", { class: "soft" }, fault.remedy) : null,
    trace ? Solon.said("Traceback", trace) : null,
  ].filter(Boolean);
};

/** Show the calls of a candidate: what was asked, or what was answered. */
Solon.promptView = (lines, calls) => calls.flatMap((call, at) => [
  calls.length > 1 ? Solon.element("h5", {}, `call ${at + 1}`) : null,
  ...call.messages.map(([role, runs]) => Solon.element("details", { open: role === "user" && at === 0 },
    Solon.element("summary", {}, role), Solon.said(role, Solon.text(lines, runs)))),
]).filter(Boolean);

Solon.replyView = (lines, calls) => calls.flatMap((call, at) => [
  calls.length > 1 ? Solon.element("h5", {}, `call ${at + 1}`) : null,
  Solon.element("p", { class: "soft" }, call.reply ? `${call.model}, ended with ${call.end}; ${Solon.spent([call])}` : `${call.model}: no reply (${call.refusal})`),
  call.reply ? Solon.said("Reply", Solon.text(lines, call.reply)) : null,
]).filter(Boolean);

/** Say what calls came to. */
Solon.spent = (calls) => {
  const sum = (key) => calls.reduce((total, call) => total + (call[key] || 0), 0);
  const known = calls.some((call) => call.usd !== null && call.usd !== undefined);
  const tokens = `${sum("input").toLocaleString("en")} tokens in, ${sum("output").toLocaleString("en")} out`;
  return known ? `${tokens}, ${sum("usd").toFixed(4)} USD` : tokens;
};
