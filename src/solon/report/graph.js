/*
 * The graph of candidates: rounds from left to right, better scores higher, rejected ones in a lane below. All are
 * drawn as a cloud; the winner's lineage and the kin of the selected one are drawn with their edges. Keys, while the
 * graph has the focus: arrows, P, C, W, Home, End.
 */

Solon.LISTED = 60;
Solon.LANE = 26;

Solon.Graph = class {
  constructor(index, select) {
    this.index = index;
    this.select = select;
    this.count = index.round.length;
    this.violating = new Set(index.violating);
    this.children = new Map();
    index.parents.forEach((parents, child) => parents.forEach((parent) => {
      if (!this.children.has(parent)) this.children.set(parent, []);
      this.children.get(parent).push(child);
    }));
    this.canvas = Solon.element("canvas", { "aria-hidden": "true" });
    this.overlay = Solon.shape("svg", { "aria-hidden": "true" });
    this.part = Solon.element("div", {
      class: "graph", tabindex: "0", role: "application", "aria-roledescription": "graph of candidates",
      "aria-label": `${this.count} candidates by round and score`, "aria-describedby": "graph-keys",
      click: (event) => this.pick(event), keydown: (event) => this.key(event),
    }, this.canvas, this.overlay);
    this.place();
  }

  /** Find where every candidate stands, as shares of the plot: round and place in it across, score up. */
  place() {
    const { round, score, less } = this.index;
    const rounds = round[this.count - 1] + 1;
    const sizes = new Map();
    round.forEach((it) => sizes.set(it, (sizes.get(it) || 0) + 1));
    const seen = new Map();
    const ordered = score.filter((it) => it !== null).sort((a, b) => a - b);
    const at = (share) => ordered[Math.round(share * (ordered.length - 1))] ?? 0;
    const reach = 3 * (at(0.75) - at(0.25)) || at(1) - at(0) || 1;
    this.low = less ? at(0) : Math.max(at(0), at(0.25) - reach);
    this.high = less ? Math.min(at(1), at(0.75) + reach) : at(1);
    if (this.low === this.high) { this.low -= 1; this.high += 1; }
    this.x = new Float32Array(this.count);
    this.y = new Float32Array(this.count);
    for (let it = 0; it < this.count; it++) {
      const rank = seen.get(round[it]) || 0;
      seen.set(round[it], rank + 1);
      this.x[it] = (round[it] + 0.12 + (0.76 * (rank + 0.5)) / sizes.get(round[it])) / rounds;
      const share = score[it] === null ? -1 : Math.min(1, Math.max(0, (score[it] - this.low) / (this.high - this.low)));
      this.y[it] = share >= 0 && less ? 1 - share : share;
    }
    this.rounds = rounds;
  }

  point(it) {
    const inner = this.height - Solon.LANE - 34;
    const left = 60 + this.x[it] * (this.width - 78);
    return [left, this.y[it] < 0 ? this.height - 30 : 14 + (1 - this.y[it]) * inner];
  }

  draw() {
    const drawn = Solon.canvas(this.canvas, this.part.clientHeight);
    Object.assign(this, { width: drawn.width, height: drawn.height });
    this.axes(drawn.context);
    const [other, alarm, violating] = [Solon.colour("other"), Solon.colour("alarm"), Solon.colour("published")];
    const radius = this.count > 2000 ? 1.4 : this.count > 300 ? 2 : 3.2;
    drawn.context.globalAlpha = this.count > 2000 ? 0.5 : 0.8;
    for (let it = 0; it < this.count; it++) {
      const [x, y] = this.point(it);
      drawn.context.fillStyle = this.index.fault[it] >= 0 ? alarm : this.violating.has(it) ? violating : other;
      drawn.context.beginPath();
      drawn.context.arc(x, y, radius, 0, 7);
      drawn.context.fill();
    }
    this.kin();
  }

  axes(context) {
    const inner = this.height - Solon.LANE - 34;
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "right";
    for (const share of [0, 0.5, 1]) {
      const y = 14 + (1 - share) * inner;
      context.fillStyle = Solon.colour("soft");
      context.fillText(Solon.figure(this.low + (this.index.less ? 1 - share : share) * (this.high - this.low)), 54, y + 4);
      context.fillStyle = Solon.colour("line");
      context.fillRect(60, y, this.width - 70, 1);
    }
    context.fillStyle = Solon.colour("soft");
    if (this.y.some((it) => it < 0)) context.fillText(this.index.faults.length ? "rejected" : "unjudged", 54, this.height - 26);
    context.textAlign = "center";
    const stride = Math.ceil(this.rounds / Math.max(1, Math.floor((this.width - 78) / 60)));
    for (let round = 0; round < this.rounds; round += stride) {
      context.fillText(`round ${round}`, 60 + ((round + 0.5) / this.rounds) * (this.width - 78), this.height - 8);
    }
  }

  /** Draw the winner's lineage, and the parents and children of the selected candidate. */
  kin() {
    const parts = [];
    const edge = (parent, child, kind) => {
      const [[a, b], [c, d]] = [this.point(parent), this.point(child)];
      parts.push(Solon.shape("path", { class: `edge ${kind}`, d: `M${a} ${b}C${(a + c) / 2} ${b} ${(a + c) / 2} ${d} ${c} ${d}` }));
    };
    const line = new Set(this.index.line);
    const lineage = new Set(this.index.lineage);
    for (const child of lineage) {
      for (const parent of this.index.parents[child]) {
        if (lineage.has(parent)) edge(parent, child, line.has(child) && line.has(parent) ? "" : "side");
      }
    }
    const dot = (it, radius, kind) => {
      const [cx, cy] = this.point(it);
      parts.push(Solon.shape("circle", { class: kind, cx, cy, r: radius }));
    };
    lineage.forEach((it) => dot(it, line.has(it) ? 3.5 : 2, "kin"));
    const chosen = this.chosen;
    if (chosen !== undefined) {
      this.index.parents[chosen].forEach((parent) => edge(parent, chosen, "selected"));
      (this.children.get(chosen) || []).slice(0, 40).forEach((child) => edge(chosen, child, "descent"));
    }
    if (this.index.winner !== null) dot(this.index.winner, 6.5, "crown");
    if (chosen !== undefined) dot(chosen, 9, "ring");
    this.overlay.replaceChildren(...parts);
  }

  show(chosen) {
    this.chosen = chosen;
    if (this.width) this.kin();
  }

  pick(event) {
    const box = this.part.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const telling = new Set(this.index.essential);
    let [best, nearest] = [-1, 24];
    for (let it = 0; it < this.count; it++) {
      const [a, b] = this.point(it);
      const distance = Math.hypot(a - x, b - y) - (telling.has(it) ? 4 : 0);
      if (distance < nearest) [best, nearest] = [it, distance];
    }
    if (best >= 0) this.select(best);
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { winner, parents } = this.index;
    const at = this.chosen ?? winner ?? 0;
    const moves = {
      ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: this.ranked(at, -1), ArrowDown: this.ranked(at, 1), Home: 0,
      End: this.count - 1, p: parents[at][0], c: (this.children.get(at) || [])[0], w: winner,
    };
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!Object.hasOwn(moves, name)) return;
    event.preventDefault();
    const to = moves[name];
    if (to !== null && to !== undefined && to >= 0 && to < this.count) this.select(to);
  }

  /** Return the next better (-1) or worse (1) candidate; who violates a constraint comes after all others. */
  ranked(at, way) {
    const { score, less } = this.index;
    const bad = (it) => Number(this.violating.has(it));
    this.order ||= score.map((_, it) => it).filter((it) => score[it] !== null).sort((a, b) => bad(a) - bad(b) || (less ? score[a] - score[b] : score[b] - score[a]) || a - b);
    const rank = this.order.indexOf(at);
    return this.order[rank < 0 ? 0 : rank + way];
  }
};

/** Return the candidates of a choice in the list. */
Solon.chosenOf = (index, graph, choice) => {
  const all = index.round.map((_, it) => it);
  const byScore = () => { graph.ranked(0, 1); return [...graph.order]; };
  if (choice === "essential") return [...index.essential];
  if (choice === "best") return byScore();
  if (choice === "lineage") return [...index.lineage];
  if (choice === "violating") return [...index.violating];
  if (choice === "findings") return all.filter((it) => index.findings[it]);
  if (choice.startsWith("fault ")) return all.filter((it) => index.fault[it] === Number(choice.slice(6)));
  if (choice.startsWith("operator ")) return all.filter((it) => index.operator[it] === Number(choice.slice(9)));
  return all;
};

Solon.explorer = (place, index) => {
  const make = Solon.element;
  const graph = new Solon.Graph(index, (it) => select(it));
  const verdict = (it) => (index.fault[it] >= 0 ? index.faults[index.fault[it]] : index.score[it] === null ? "not judged" : `${Solon.precise(index.score[it])}${graph.violating.has(it) ? ", violates" : ""}`);
  const count = (which) => which.reduce((sum, it) => sum + it, 0);
  const rejects = index.faults.map((kind, at) => [kind, count(index.fault.map((it) => Number(it === at)))]);
  const options = [
    ["essential", `Essential (${index.essential.length})`], ["best", "All valid, best first"], ["lineage", `Winner's lineage (${index.lineage.length})`],
    ["all", `All ${graph.count} by number`],
    ...(Object.keys(index.findings).length ? [["findings", `With findings (${Object.keys(index.findings).length})`]] : []),
    ...(index.violating.length ? [["violating", `Violate a constraint (${index.violating.length})`]] : []),
    ...rejects.map(([kind, many], at) => [`fault ${at}`, `Rejected: ${kind} (${many})`]),
    ...(index.operators.length > 1 ? index.operators.slice(0, 40).map((name, at) => [`operator ${at}`, `Operator: ${name || "unnamed"}`]) : []),
  ];
  const choice = make("select", { "aria-label": "Which candidates to list", change: () => list() }, ...options.map(([value, text]) => make("option", { value }, text)));
  const items = make("ol", { "aria-label": "Candidates" });
  const detail = make("div", { class: "selected", id: "selected", role: "region", "aria-label": "Selected candidate" });
  const announced = make("p", { class: "unseen", role: "status" });
  let shown = Solon.LISTED;

  const entry = (it) => make("li", {}, make("button", { type: "button", "data-candidate": it, "aria-current": String(it === graph.chosen), click: () => select(it) },
    make("span", {}, `#${it}`), make("span", {}, index.operators[index.operator[it]] || `round ${index.round[it]}`), make("span", { class: index.fault[it] >= 0 ? "rejected" : "" }, verdict(it))));
  const list = (more = Solon.LISTED) => {
    shown = more;
    const found = Solon.chosenOf(index, graph, choice.value);
    items.replaceChildren(...found.slice(0, shown).map(entry));
    if (found.length > shown) items.append(make("li", {}, make("button", { type: "button", click: () => list(shown + 200) }, make("span", {}, ""), make("span", {}, `${(found.length - shown).toLocaleString("en")} more`), make("span", {}, ""))));
  };
  const select = (it) => {
    graph.show(it);
    for (const button of items.querySelectorAll("button[data-candidate]")) button.setAttribute("aria-current", String(Number(button.dataset.candidate) === it));
    announced.textContent = `Candidate ${it}: ${verdict(it)}, ${index.operators[index.operator[it]] || "no operator"}, round ${index.round[it]}`;
    Solon.detail(detail, index, graph, it, select);
  };

  const legend = make("p", { class: "legend" },
    make("span", {}, make("i", { class: "accent" }), "winner and its lineage"), make("span", {}, make("i"), "valid"),
    ...(index.violating.length ? [make("span", {}, make("i", { class: "published" }), `valid, but violates a constraint: ${index.violating.length.toLocaleString("en")}`)] : []),
    ...(index.faults.length ? [make("span", {}, make("i", { class: "alarm" }), `rejected: ${rejects.map(([kind, many]) => `${kind} ${many.toLocaleString("en")}`).join(", ")}`)] : []));
  const keys = make("p", { class: "keys", id: "graph-keys" }, "Keys in the graph: ", ...[["←", ""], ["→", " by number, "], ["↑", ""], ["↓", " by score, "], ["P", " parent, "], ["C", " child, "], ["W", " winner, "], ["Home", ""], ["End", " first and last"]]
    .flatMap(([key, text]) => [make("kbd", {}, key), text || " "]));
  place.replaceChildren(make("div", { class: "explorer" }, graph.part, make("div", { class: "chooser" }, choice, items)), legend, keys, announced, detail);
  if (graph.count <= Solon.LISTED) choice.value = "all";
  list();
  Solon.redraw(graph.part, () => graph.draw());
  select(index.winner ?? 0);
};

/** Return a program that the page holds, with the lines of its chunk; null for one that it leaves out. */
Solon.held = async (index, key) => {
  const place = typeof key === "number" ? index.chunk[key] : 0;
  if (place < 0 && !index.more) return null;
  const chunk = place < 0 ? await Solon.fetched(`${index.more}${key}`) : await Solon.unpack(`chunk-${place}`);
  return chunk && { lines: chunk.lines, document: chunk.documents[key] };
};

/** Ask the server that shows this page for what the page leaves out; null if it does not answer. */
Solon.fetched = async (address) => {
  try {
    const answer = await fetch(address);
    return answer.ok ? await Solon.inflate(await answer.text()) : null;
  } catch {
    return null;
  }
};

Solon.detail = async (place, index, graph, number, select) => {
  const make = Solon.element;
  Solon.asked = number;
  const held = await Solon.held(index, number);
  const others = [...index.parents[number], ...(index.winner !== null && index.winner !== number ? [index.winner] : []), ...index.controls];
  const rivals = (await Promise.all([...new Set(others)].map(async (key) => [key, await Solon.held(index, key)]))).filter(([, it]) => it && it.document);
  if (Solon.asked !== number) return; // the reader was quicker
  const link = (it) => make("button", { type: "button", class: "quiet", click: () => select(it) }, `#${it}`);
  const chips = (them) => make("span", { class: "chips" }, ...them.slice(0, 12).map(link), them.length > 12 ? `and ${them.length - 12} more` : "");
  const children = graph.children.get(number) || [];
  const head = make("h4", {}, `Candidate ${number}${number === index.winner ? ", the winner" : ""}`);
  const rejected = index.fault[number] >= 0;
  const score = rejected ? `rejected: ${index.faults[index.fault[number]]}` : index.score[number] === null ? "not judged" : `${Solon.precise(index.score[number])} on ${index.seeds[number]} search seed${index.seeds[number] === 1 ? "" : "s"}`;
  const facts = [[index.objective, score], ["made by", `${index.operators[index.operator[number]] || "no operator"}, round ${index.round[number]}`],
    ["constraints", graph.violating.has(number) ? "violated on a search seed" : ""], ["parents", index.parents[number].length ? chips(index.parents[number]) : "none"], ["children", children.length ? chips(children) : "none"]];
  if (!held) {
    place.replaceChildren(head, Solon.facts(facts), make("p", { class: "soft" }, "This page leaves the source of this candidate out, to stay small; it is in the run's folder, under bodies/."));
    return;
  }
  const { lines, document: it } = held;
  facts.push(["holes", Object.entries(it.holes).map(([name, value]) => `${name} = ${typeof value === "number" ? Solon.figure(value) : value}`).join(", ")]);
  facts.push(["slips", it.slips ? `${it.slips} decisions were replaced by the task's default` : ""], ["calls", it.calls ? Solon.spent(it.calls) : ""], ["program", it.digest.slice(0, 12)]);
  const tabs = [["Source", () => it.files.flatMap(([name, runs]) => [it.files.length > 1 ? make("h5", {}, name) : null, Solon.sourceView(Solon.text(lines, runs))]).filter(Boolean)]];
  if (rejected || it.slip) tabs.unshift([rejected ? "Fault" : "First slip", () => Solon.faultView(lines, it.fault || it.slip)]);
  if (rivals.length) tabs.push(["Difference", () => Solon.rivals(held, rivals, index)]);
  if (it.calls) tabs.push(["Prompt", () => Solon.promptView(lines, it.calls)], ["Reply", () => Solon.replyView(lines, it.calls)]);
  if (it.feedback) tabs.push(["Feedback", () => [make("p", { class: "soft" }, `What proposals may see of this result (level ${index.feedback}):`), Solon.said("Feedback", Solon.text(lines, it.feedback))]]);
  if (Object.keys(it.metrics).length) tabs.push(["Scores", () => Solon.scoresView(it.metrics)]);
  const findings = it.findings.map(([severity, message, evidence]) => make("div", { class: `finding ${severity}` },
    make("p", {}, make("strong", {}, severity), ` ${message.replace(`candidate ${number}: `, "")}`), evidence ? make("p", { class: "soft" }, evidence) : null));
  place.replaceChildren(head, Solon.facts(facts), ...findings, ...Solon.tabs(tabs, Solon.openTab));
};

/** Show the difference to a parent, to the winner or to a control arm. */
Solon.rivals = (held, rivals, index) => {
  const name = (key) => (typeof key !== "number" ? key.replace("control:", "the control arm ").replaceAll("_", " ") : key === index.winner ? `the winner, #${key}` : `#${key}`);
  const holder = Solon.element("div");
  const choice = Solon.element("select", { id: "rival", change: () => draw() }, ...rivals.map(([key], at) => Solon.element("option", { value: at }, index.parents[Solon.asked].includes(key) ? `its parent ${name(key)}` : name(key))));
  const draw = () => holder.replaceChildren(Solon.diffView(Solon.programText(rivals[Number(choice.value)][1]), Solon.programText(held)));
  draw();
  return [Solon.element("p", { class: "chips" }, Solon.element("label", { for: "rival" }, "What is new against"), choice), holder];
};
