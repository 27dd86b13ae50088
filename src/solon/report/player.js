/*
 * The replay player. An episode is a board with layers that frames change, agents with orientations, flashes (beams)
 * that last one step, rewards and captions; without a board the captions are the story. Two programs are shown side by
 * side on the same step. Keys, while the player has the focus: Space, arrows, Shift + arrows, Home, End.
 */

Solon.PALETTE = {
  wall: "wall", water: "water", stream: "stream", "apple spot": "spot", apple: "apple", waste: "waste", beam: "beam",
  clean: "clean", goal: "string", start: "spot", lava: "alarm", "locked door": "published", "closed door": "published",
  "open door": "published", key: "beam", box: "keyword", ball: "clean", energy: "apple",
};
/** How a changing layer is drawn; a disc unless it says otherwise. */
Solon.SHAPES = {
  waste: "whole", goal: "whole", lava: "whole", "locked door": "square", "closed door": "square", "open door": "frame",
  box: "square", key: "diamond",
};
Solon.SPARE = ["published", "accent", "keyword", "string", "number", "alarm", "other", "soft"];

/** Return the name of the colour of a layer; layers that the style does not know take the next spare one. */
Solon.layerColour = (layer, unknown) => {
  if (Object.hasOwn(Solon.PALETTE, layer)) return Solon.PALETTE[layer];
  if (!unknown.includes(layer)) unknown.push(layer);
  return Solon.SPARE[unknown.indexOf(layer) % Solon.SPARE.length];
};

/** One episode, at some step: knows which cells each layer covers, going forward from the last step it was asked for. */
Solon.Episode = class {
  constructor({ frames, moments = [], board = null, agents = [] }) {
    // A frame is a row: agents, added, removed, flashes, rewards, caption.
    this.frames = frames;
    this.moments = moments;
    this.board = board;
    this.last = frames.length - 1;
    const seats = Math.max(agents.length, ...frames.slice(0, 2).map((frame) => Math.max(frame[0].length, frame[4].length)));
    this.names = Array.from({ length: seats }, (_, seat) => agents[seat] || `agent ${seat}`);
    this.returns = this.names.map(() => new Float64Array(frames.length));
    frames.forEach((frame, step) =>
      this.returns.forEach((row, seat) => (row[step] = (step ? row[step - 1] : 0) + (frame[4][seat] || 0))));
    this.earns = frames.some((frame) => frame[4].length > 0); // a story may pay nobody
    this.unknown = [];
    this.rewind();
  }

  rewind() {
    this.step = -1;
    this.layers = new Map((this.board ? this.board.layers : []).map((layer) => [layer, new Set()]));
  }

  at(step) {
    const target = Math.min(Math.max(step, 0), this.last);
    if (target < this.step) this.rewind();
    while (this.step < target) this.forward();
    return this.frames[this.step];
  }

  forward() {
    const [, added, removed] = this.frames[++this.step];
    for (const [layer, cells] of Object.entries(removed)) cells.forEach((cell) => this.layer(layer).delete(cell));
    for (const [layer, cells] of Object.entries(added)) cells.forEach((cell) => this.layer(layer).add(cell));
  }

  layer(name) {
    if (!this.layers.has(name)) this.layers.set(name, new Set());
    return this.layers.get(name);
  }

  total(step) {
    return this.returns.reduce((sum, row) => sum + row[Math.min(step, this.last)], 0);
  }
};

/** Draw the board of an episode at the step it is at. */
Solon.drawBoard = (canvas, episode) => {
  const { rows, columns, fixed = {} } = episode.board;
  const scale = window.devicePixelRatio || 1;
  const fitting = Math.min((canvas.clientWidth || 300) / columns, 440 / rows, 40);
  const side = Math.max(3, Math.floor(fitting * scale) / scale); // whole pixels, or seams show between cells
  const { context, width } = Solon.canvas(canvas, rows * side);
  const margin = Math.floor((width - columns * side) / 2);
  const x = (cell) => margin + (cell % columns) * side;
  const y = (cell) => Math.floor(cell / columns) * side;
  context.fillStyle = Solon.colour("floor");
  context.fillRect(margin, 0, columns * side, rows * side);
  const cover = (cells, colour) => {
    context.fillStyle = Solon.colour(colour);
    for (const cell of cells) context.fillRect(x(cell), y(cell), side, side);
  };
  const things = (layer, cells, colour) => {
    const shape = Object.hasOwn(Solon.SHAPES, layer) ? Solon.SHAPES[layer] : "disc";
    if (shape === "whole") return cover(cells, colour);
    context.fillStyle = context.strokeStyle = Solon.colour(colour);
    context.lineWidth = Math.max(1.5, side * 0.1);
    for (const cell of cells) Solon.drawThing(context, [x(cell), y(cell)], side, shape);
  };
  for (const [layer, cells] of Object.entries(fixed)) cover(cells, Solon.layerColour(layer, episode.unknown));
  for (const [layer, cells] of episode.layers) {
    things(layer, cells, Solon.layerColour(layer, episode.unknown));
  }
  const [agents, , , flashes] = episode.frames[episode.step];
  context.globalAlpha = 0.45;
  for (const [layer, cells] of Object.entries(flashes)) cover(cells, Solon.layerColour(layer, episode.unknown));
  context.globalAlpha = 1;
  const colours = Solon.agentColours(episode.names.length);
  agents.forEach(([cell, orientation, away], seat) => {
    context.globalAlpha = away ? 0.25 : 1;
    Solon.drawAgent(context, [x(cell) + side / 2, y(cell) + side / 2], Math.max(side, 10), orientation, colours[seat]);
  });
  context.globalAlpha = 1;
};

/** Draw a disc, a diamond, a square or its frame into a cell whose upper left corner is given. */
Solon.drawThing = (context, [left, top], side, shape) => {
  if (shape === "square") return context.fillRect(left + side * 0.16, top + side * 0.16, side * 0.68, side * 0.68);
  if (shape === "frame") return context.strokeRect(left + side * 0.16, top + side * 0.16, side * 0.68, side * 0.68);
  const [x, y, reach] = [left + side / 2, top + side / 2, side * 0.32];
  context.beginPath();
  if (shape === "disc") context.arc(x, y, side * 0.3, 0, 7);
  else [[0, -reach], [reach, 0], [0, reach], [-reach, 0]].forEach(([across, down]) => context.lineTo(x + across, y + down));
  return context.fill();
};

/** Draw an agent as a pointer that looks where it is turned (0 is north, clockwise), or a disc if it is not turned. */
Solon.drawAgent = (context, [x, y], side, orientation, colour) => {
  context.save();
  context.translate(x, y);
  context.fillStyle = colour;
  context.strokeStyle = Solon.colour("card");
  context.lineWidth = Math.max(1, side * 0.07);
  context.beginPath();
  if (orientation < 0) context.arc(0, 0, side * 0.36, 0, 7);
  else {
    context.rotate((orientation * Math.PI) / 2);
    context.moveTo(0, -side * 0.48);
    context.lineTo(side * 0.38, side * 0.4);
    context.lineTo(0, side * 0.22);
    context.lineTo(-side * 0.38, side * 0.4);
    context.closePath();
  }
  context.fill();
  context.stroke();
  context.restore();
};

/** One program's half of the player. */
Solon.View = class {
  constructor(entries, chosen, changed, seek) {
    this.entries = entries;
    const make = Solon.element;
    this.choice = make("select", { "aria-label": "Program to watch", change: () => this.load(Number(this.choice.value)).then(changed) },
      ...entries.map((it, place) => make("option", { value: place }, `${it.program}, seed ${it.seed}`)));
    this.total = make("span", { class: "total" });
    this.canvas = make("canvas", { role: "img" });
    this.caption = make("p", { class: "caption" });
    this.steps = make("ol", { class: "steps", tabindex: "0", "aria-label": "Steps" });
    this.returns = new Solon.Returns(seek);
    this.seats = make("ul", { class: "seats" });
    this.part = make("article", { class: "board" },
      make("header", {}, this.choice, this.total), this.canvas, this.caption, this.steps, this.returns.part, this.seats);
    this.choice.value = chosen;
  }

  async load(place) {
    const entry = this.entries[place];
    this.episode = new Solon.Episode(await Solon.unpack(entry.block));
    this.entry = entry;
    this.canvas.hidden = !this.episode.board;
    this.steps.hidden = Boolean(this.episode.board);
    this.returns.part.hidden = this.total.hidden = this.seats.hidden = !this.episode.earns;
    this.story = this.episode.board ? [] : this.episode.frames.map((frame, step) =>
      Solon.element("li", {}, Solon.element("span", {}, String(step)), Solon.element("div", {}, frame[5] || (frame[4].length ? `reward ${frame[4].map(Solon.figure).join(", ")}` : ""))));
    this.steps.replaceChildren(...this.story);
  }

  /** Take the scale that all sides share. */
  arrange(span, last) {
    if (this.episode.earns) this.returns.show(this.episode.returns, span, last);
  }

  draw(step) {
    const episode = this.episode;
    const frame = episode.at(step);
    const at = episode.step;
    const over = step > episode.last ? "The episode is over. " : "";
    this.total.textContent = `return ${Solon.figure(Math.round(episode.total(at) * 100) / 100)}`;
    this.caption.textContent = over + (episode.board ? frame[5] : "");
    this.caption.hidden = !episode.board;
    if (episode.board) {
      Solon.drawBoard(this.canvas, episode);
      this.canvas.setAttribute("aria-label", `${this.entry.program} at step ${at}: ${this.total.textContent}. ${frame[5]}`);
    } else this.follow(at);
    if (!episode.earns) return;
    this.returns.at(step);
    const colours = Solon.agentColours(episode.names.length);
    this.seats.replaceChildren(...episode.names.map((name, seat) => {
      const swatch = Solon.element("i");
      swatch.style.background = colours[seat];
      return Solon.element("li", {}, swatch, Solon.element("span", {}, name), ` ${Solon.figure(Math.round(episode.returns[seat][at] * 100) / 100)}`);
    }));
  }

  /** Mark the present step in the story, and keep it in sight without moving the page. */
  follow(at) {
    this.current?.removeAttribute("aria-current");
    this.current = this.story[at];
    this.current.setAttribute("aria-current", "step");
    const top = this.current.offsetTop - this.steps.offsetTop;
    if (top < this.steps.scrollTop || top > this.steps.scrollTop + this.steps.clientHeight - 30) this.steps.scrollTop = top - 60;
  }
};

Solon.player = async (place, entries) => {
  const make = Solon.element;
  const state = { step: 0, playing: false, since: 0, both: entries.length > 1 };
  const views = [];
  const last = () => Math.max(...shown().map((view) => view.episode.last));
  const shown = () => (state.both ? views : views.slice(0, 1));
  const seek = (step) => {
    state.step = Math.min(Math.max(step, 0), last());
    if (state.step === last()) pause();
    draw();
  };
  const pause = () => {
    state.playing = false;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  };
  const toggle = () => {
    if (state.playing) return pause();
    if (state.step >= last()) seek(0);
    state.playing = true;
    state.since = 0;
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
    return requestAnimationFrame(tick);
  };
  const tick = (now) => {
    if (!state.playing) return;
    state.since ||= now;
    const steps = Math.floor(((now - state.since) / 1000) * Number(speed.value));
    if (steps) {
      state.since += (steps * 1000) / Number(speed.value);
      seek(state.step + steps);
    }
    requestAnimationFrame(tick);
  };
  const draw = () => {
    shown().forEach((view) => view.draw(state.step));
    slider.max = last();
    slider.value = state.step;
    slider.setAttribute("aria-valuetext", `step ${state.step} of ${last()}`);
    output.textContent = `step ${state.step} of ${last()}`;
  };
  const arrange = () => {
    const ends = shown().flatMap((view) => view.episode.returns.flatMap((row) => [row.reduce((a, b) => Math.min(a, b)), row.reduce((a, b) => Math.max(a, b))]));
    boards.replaceChildren(...shown().map((view) => view.part));
    shown().forEach((view) => view.arrange([Math.min(0, ...ends), Math.max(0, ...ends)], last())); // one scale for both sides
    const told = shown().filter((view) => view.episode.moments.length);
    stories.replaceChildren(...told.map((view) => make("div", {}, told.length > 1 ? make("p", { class: "soft" }, view.entry.program) : null,
      make("ol", { class: "moments" }, ...Solon.moments(view.episode, seek)))));
    story.hidden = !told.length;
    legend.replaceChildren(...Solon.boardLegend(views[0].episode));
    apart.hidden = !Solon.apart(shown().map((view) => view.episode));
    draw();
  };

  const play = make("button", { type: "button", "aria-pressed": "false", click: toggle }, "Play");
  const back = make("button", { type: "button", "aria-label": "One step back", click: () => { pause(); seek(state.step - 1); } }, "‹");
  const forth = make("button", { type: "button", "aria-label": "One step on", click: () => { pause(); seek(state.step + 1); } }, "›");
  const slider = make("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": "Step", input: () => { pause(); seek(Number(slider.value)); } });
  const output = make("output", {});
  const speed = make("select", { "aria-label": "Speed" },
    ...[[2, "2"], [8, "8"], [25, "25"], [100, "100"], [400, "400"]].map(([value, text]) => make("option", { value, selected: value === 25 }, `${text} steps/s`)));
  const compare = make("input", { type: "checkbox", checked: state.both, change: () => { state.both = compare.checked; arrange(); } });
  const boards = make("div", { class: "boards" });
  const stories = make("div", { class: "stories" });
  const story = make("details", {}, make("summary", {}, "What happened, in words"), stories);
  const legend = make("p", { class: "legend" });
  const apart = make("p", { class: "soft" }, "These two do not start alike: on this seed each plays an instance of its own, so their returns cannot be compared.");
  const keys = make("p", { class: "keys" }, "Keys here: ", make("kbd", {}, "Space"), " play or pause, ", make("kbd", {}, "←"), " ",
    make("kbd", {}, "→"), " one step, with ", make("kbd", {}, "Shift"), " ten, ", make("kbd", {}, "Home"), " start, ", make("kbd", {}, "End"), " end");
  const controls = make("div", { class: "controls" }, play, back, slider, forth, output, speed,
    entries.length > 1 ? make("label", {}, compare, "side by side") : null);

  const group = make("div", { role: "group", "aria-label": "Replay", tabindex: "0", keydown: (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || ["SELECT", "SUMMARY"].includes(event.target.tagName)) return;
    const pace = event.shiftKey ? 10 : 1;
    const moves = { ArrowLeft: state.step - pace, ArrowRight: state.step + pace, Home: 0, End: last() };
    const spaced = event.key === " " && !["BUTTON", "INPUT"].includes(event.target.tagName);
    if (!spaced && !Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    if (spaced) toggle();
    else { pause(); seek(moves[event.key]); }
  } }, boards, controls, apart, legend, keys, story);

  for (const chosen of entries.slice(0, 2).keys()) views.push(new Solon.View(entries, chosen, arrange, (step) => { pause(); seek(step); }));
  await Promise.all(views.map((view, chosen) => view.load(chosen)));
  place.replaceChildren(group);
  Solon.redraw(boards, draw);
  arrange();
};

Solon.moments = (episode, seek) => episode.moments.map(({ step, text, trouble = false }) =>
  Solon.element("li", { class: trouble ? "trouble" : "" },
    Solon.element("button", { type: "button", class: "quiet", click: () => seek(step) }, `step ${step}`), Solon.element("span", {}, text)));

/** Tell whether two episodes on boards begin differently, as where a recording shows a program's worst instance. */
Solon.apart = (episodes) => {
  const start = ({ board, frames }) => JSON.stringify([board.rows, board.columns, board.fixed, frames[0].slice(0, 2)]);
  return episodes.length > 1 && episodes.every((it) => it.board) && new Set(episodes.map(start)).size > 1;
};

Solon.boardLegend = (episode) => {
  if (!episode.board) return [];
  const flashes = new Set(episode.frames.flatMap((frame) => Object.keys(frame[3])));
  const names = [...Object.keys(episode.board.fixed || {}), ...episode.board.layers, ...flashes];
  return [...new Set(names)].map((layer) => {
    const swatch = Solon.element("i", { class: "square" });
    swatch.style.background = `var(--${Solon.layerColour(layer, episode.unknown)})`;
    return Solon.element("span", {}, swatch, layer);
  });
};
