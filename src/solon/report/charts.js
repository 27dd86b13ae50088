/*
 * Charts, drawn by Chart.js: means with their intervals, the rounds of a search, the best so far, returns over an episode.
 * What a chart shows stands in its place as data; texts of others reach a canvas only, never markup.
 */

/** Return Chart.js: packed in a page that is a file and named there by its hash, or from the server that shows the page. */
Solon.charting = () => (Solon.charting.found ||= (async () => {
  const block = document.getElementById("library");
  const script = block ? Solon.element("script", {}, await Solon.inflated(block.textContent)) : Solon.element("script", { src: "/chart.js" });
  const loaded = block || new Promise((resolve) => script.addEventListener("load", resolve));
  document.head.append(script);
  await loaded;
  Object.assign(window.Chart.defaults, { animation: false, responsive: false, maintainAspectRatio: false });
  window.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  return window.Chart;
})());

/**
 * Draw a chart into its place, again whenever the theme or the width changes. `frame` returns where it stands there and how
 * large it is, in pixels. Returns what redraws it.
 */
Solon.chart = (place, frame, describe) => {
  const draw = async () => {
    const Chart = await Solon.charting();
    const box = frame(place);
    const { width, height, left = 0, top = 0 } = box;
    if (!width) return;
    place.chart?.destroy();
    place.querySelector("canvas")?.remove();
    const canvas = place.appendChild(Solon.element("canvas", { width, height }));
    canvas.style.left = `${left}px`;
    canvas.style.top = `${top}px`;
    place.chart = new Chart(canvas, describe(Solon.inks(), box));
  };
  Solon.redraw(place, draw);
  return draw;
};

/** A frame as wide as its place, and so high. */
Solon.high = (height) => (place) => {
  place.style.height = `${height}px`;
  return { width: place.clientWidth, height };
};

/** Return the colours of the present theme by name. */
Solon.inks = () => Object.fromEntries(["ink", "soft", "line", "card", "accent", "other", "published", "alarm"].map((name) => [name, Solon.colour(name)]));

Solon.faint = (colour, share) => colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${share})`);

/** What all charts share: quiet lines, and a box that tells what is under the pointer in figures. */
Solon.plain = (inks, axis, tell) => ({
  interaction: { mode: "index", axis, intersect: false },
  plugins: {
    legend: { display: false },
    tooltip: {
      displayColors: false, backgroundColor: inks.ink, titleColor: inks.card, bodyColor: inks.card, cornerRadius: 6, caretSize: 4,
      filter: (item) => item.datasetIndex === 0,
      callbacks: { title: ([item]) => (item ? tell(item.dataIndex)[0] : ""), label: (item) => tell(item.dataIndex).slice(1) },
    },
  },
});

Solon.scale = (inks, more = {}) => ({
  border: { display: false }, ...more,
  grid: { color: inks.line, drawTicks: false, ...more.grid },
  ticks: { color: inks.soft, padding: 6, maxRotation: 0, maxTicksLimit: 5, ...more.ticks },
});

/** A dashed line across the rows at the proved bound, with its words above it. */
Solon.limit = (inks, [value, words]) => ({
  id: "limit",
  afterDatasetsDraw: ({ ctx, chartArea, scales }) => {
    const x = scales.x.getPixelForValue(value);
    const middle = (chartArea.left + chartArea.right) / 2;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = inks.accent;
    ctx.setLineDash([3, 3]);
    ctx.beginPath();
    ctx.moveTo(x, Solon.WORDS);
    ctx.lineTo(x, chartArea.bottom);
    ctx.stroke();
    ctx.font = `11px ${window.Chart.defaults.font.family}`;
    ctx.textAlign = x > middle ? "right" : "left";
    ctx.fillText(words, x + (x > middle ? 2 : -2), Solon.WORDS - 5);
    ctx.restore();
  },
});

/**
 * The space that the rows of a chart leave free: beside their words, or below them on a phone. `above` are the pixels over
 * the first row's space, where the words of the bound stand.
 */
Solon.between = (place) => {
  const rows = place.querySelectorAll("li");
  const [home, row, space] = [place, rows[0], rows[0].querySelector("i")].map((it) => it.getBoundingClientRect());
  const above = Solon.WORDS + space.top + space.height / 2 - row.top - row.height / 2;
  return {
    left: space.left - home.left, top: row.top - home.top - Solon.WORDS, above, width: space.width,
    height: row.height * rows.length + above + Solon.BELOW,
  };
};
Solon.WORDS = 16;
Solon.BELOW = 24;

/** Rows of [label, mean, low, high, colour]: a dot at each mean, hollow if published, a whisker for its interval. */
Solon.means = (place, { rows, bound }) => Solon.chart(place, Solon.between, (inks, { width, above }) => {
  const tone = (row) => (row[4] === "winner" ? inks.accent : row[4] === "published" ? inks.published : inks.other);
  const tell = (at) => {
    const [label, mean, low, high, kind] = rows[at];
    const spread = low === null ? (kind === "published" ? "published, not measured here" : "") : `95 % interval ${Solon.figure(low)} to ${Solon.figure(high)}`;
    return [label, `mean ${Solon.figure(mean)}`, spread].filter(Boolean);
  };
  const ends = [0, ...(bound ? [bound[0]] : []), ...rows.flatMap(([, mean, low, high]) => [mean, low ?? mean, high ?? mean])];
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const tones = rows.map(tone);
  const filled = rows.map((row) => (row[4] === "published" ? inks.card : tone(row)));
  return {
    type: "bar",
    data: {
      labels: rows.map((row) => row[0]),
      datasets: [
        {
          type: "line", showLine: false, data: rows.map((row) => row[1]), clip: false, pointRadius: 5, pointHoverRadius: 6, pointBorderWidth: 2,
          pointBackgroundColor: filled, pointBorderColor: tones, pointHoverBackgroundColor: filled, pointHoverBorderColor: tones,
        },
        {
          data: rows.map(([, , low, high]) => (low === null ? null : [low, high])), backgroundColor: tones, barThickness: 3,
          borderRadius: 2, borderSkipped: false, clip: false,
        },
      ],
    },
    options: {
      ...Solon.plain(inks, "y", tell), indexAxis: "y", layout: { padding: { top: above, left: 8, right: 8 } },
      scales: {
        x: Solon.scale(inks, {
          min: least, max: most > least ? most : least + 1, afterFit: (scale) => { scale.height = Solon.BELOW; },
          ticks: { callback: Solon.figure, maxTicksLimit: Math.max(3, Math.floor(width / 36)), includeBounds: false },
        }),
        y: { display: false },
      },
    },
    plugins: bound ? [Solon.limit(inks, bound)] : [],
  };
});

/** Columns of [label, best so far, own best, lower and upper end of the middle half, valid, rejected]. */
Solon.rounds = (place, { columns, span: [low, high] }) => Solon.chart(place, Solon.high(230), (inks) => {
  const within = (value) => (value === null ? null : Math.min(Math.max(value, low), high));
  const tell = (at) => {
    const [label, best, own, , , valid, rejected] = columns[at];
    return [label, `${valid.toLocaleString("en")} valid, ${rejected.toLocaleString("en")} rejected`,
      own === null ? "" : `best of these ${Solon.figure(own)}`, best === null ? "" : `best so far ${Solon.figure(best)}`].filter(Boolean);
  };
  const room = (high - low) / 30;
  return {
    type: "bar",
    data: {
      labels: columns.map(([label]) => label),
      datasets: [
        { type: "line", data: columns.map((it) => within(it[1])), stepped: "middle", borderColor: inks.accent, borderWidth: 1.8, pointRadius: 0, pointHoverRadius: 0, clip: 4 },
        {
          type: "line", showLine: false, data: columns.map((it) => within(it[2])), clip: 8, pointRadius: columns.length > 60 ? 2.5 : 3.5, pointBackgroundColor: inks.other,
          pointBorderWidth: 0, pointHoverBackgroundColor: inks.accent,
        },
        {
          data: columns.map((it) => (it[3] === null ? null : [within(it[3]), within(it[4])])), backgroundColor: Solon.faint(inks.other, 0.32),
          categoryPercentage: 1, barPercentage: 0.64, maxBarThickness: 46, borderRadius: 2, borderSkipped: false, minBarLength: 2,
        },
      ],
    },
    options: {
      ...Solon.plain(inks, "x", tell),
      scales: {
        x: Solon.scale(inks, { grid: { display: false }, ticks: { maxTicksLimit: 8 } }),
        y: Solon.scale(inks, { min: low - room, max: high + room, ticks: { callback: Solon.figure, includeBounds: false } }),
      },
    },
  };
});

/** The best so far, one value a round; what is in `values` when it is drawn. */
Solon.rise = (place, values) => Solon.chart(place, Solon.high(130), (inks) => ({
  type: "line",
  data: { labels: values.map((_, at) => `round ${at}`), datasets: [{ data: values, stepped: "middle", borderColor: inks.accent, borderWidth: 1.8, pointRadius: 0, clip: 4 }] },
  options: {
    ...Solon.plain(inks, "x", (at) => [`round ${at}`, `best so far ${Solon.figure(values[at])}`]),
    scales: { x: Solon.scale(inks, { offset: true, grid: { display: false } }), y: Solon.scale(inks, { grace: "8%", ticks: { callback: Solon.figure, maxTicksLimit: 4 } }) },
  },
}));

/**
 * Returns over an episode: one line an agent and a mark at the present step. A click seeks. `show` takes series[agent][step],
 * the [least, most] of all that share the scale, and the last step of all.
 */
Solon.Returns = class {
  constructor(seek) {
    this.mark = Solon.element("i");
    this.part = Solon.element("div", {
      class: "returns", role: "img", "aria-label": "Return of each agent so far",
      click: (event) => this.part.chart && seek(Math.round(this.part.chart.scales.x.getValueForPixel(event.offsetX))),
    }, this.mark);
  }

  show(series, span, last) {
    this.data = { series, span, last };
    if (this.draw) return this.draw().then(() => this.at(this.step));
    this.draw = Solon.chart(this.part, Solon.high(96), (inks) => {
      setTimeout(() => this.at(this.step));
      return this.describe(inks);
    });
    return null;
  }

  describe(inks) {
    const { series, span: [low, high], last } = this.data;
    const colours = Solon.agentColours(series.length);
    const stride = Math.max(1, Math.floor(last / 600));
    const points = (values) => Array.from(values, (y, x) => ({ x, y })).filter(({ x }) => x % stride === 0 || x === values.length - 1);
    return {
      type: "line",
      data: { datasets: series.map((values, agent) => ({ data: points(values), borderColor: colours[agent], borderWidth: 1.4, pointRadius: 0, pointHitRadius: 0, clip: 3 })) },
      options: {
        parsing: false, events: [], plugins: { legend: { display: false }, tooltip: { enabled: false } },
        layout: { padding: { top: 6, bottom: 6 } },
        scales: {
          x: { type: "linear", display: false, min: 0, max: Math.max(1, last) },
          y: Solon.scale(inks, { min: low, max: high > low ? high : low + 1, afterFit: (scale) => { scale.width = 42; }, ticks: { callback: Solon.figure, maxTicksLimit: 3 } }),
        },
      },
    };
  }

  /** Put the mark at a step. */
  at(step = 0) {
    this.step = step;
    const x = this.part.chart?.scales.x;
    if (x) this.mark.style.left = `${x.getPixelForValue(Math.min(step, this.data.last))}px`;
  }
};

/** Fill the places of charts within a part of the page. */
Solon.fill = (part) => {
  for (const place of part.querySelectorAll(".chart[data-chart]")) {
    (place.classList.contains("means") ? Solon.means : Solon.rounds)(place, JSON.parse(place.dataset.chart));
  }
};
