"use strict";
/*
 * The pages of `solon view`: the list of runs, and the page of a run that is going on. What runs say is only ever put in
 * as text. The address loses its token as soon as the page is there; a cookie carries it from then on.
 */

if (new URLSearchParams(location.search).has("token")) {
  const address = new URL(location.href);
  address.searchParams.delete("token");
  history.replaceState(null, "", address);
}

Solon.STATUS = { running: "running", finished: "finished", failed: "no winner", interrupted: "interrupted", damaged: "damaged" };

Solon.duration = (seconds) => {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
};

Solon.moment = (seconds) => {
  const date = new Date(seconds * 1000);
  const two = (value) => String(value).padStart(2, "0");
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return date.getFullYear() === new Date().getFullYear() ? `${day} ${clock}` : `${date.getFullYear()}-${day}`;
};

/** Write a mean and half of its interval with as many digits each as the terminal does. */
Solon.interval = (mean, low, high) => {
  if (mean === null) return "";
  if (low === null) return Solon.figure(mean);
  return [mean, (high - low) / 2].map((value) => Solon.fixed(value, Math.abs(mean) >= 100 ? 1 : 2)).join(" ± ");
};

Solon.many = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

Solon.findings = (counts) => {
  const worst = ["alarm", "warning", "note"].filter((kind) => counts[kind]);
  if (!worst.length) return null;
  return Solon.element("span", { class: `badge ${worst[0]}` }, worst.map((kind) => Solon.many(counts[kind], kind)).join(", "));
};

/** Show a long name that may be broken after a sign. */
Solon.breakable = (text) => Solon.element("span", {}, ...text.split(/(?<=[:,#/])/).flatMap((part) => [part, Solon.element("wbr")]));

/* Columns of the list: heading, what it sorts by, what it shows. */
Solon.COLUMNS = [
  ["run", (row) => row.name, (row) => Solon.element("a", { href: `/run/${encodeURIComponent(row.name)}` }, row.name)],
  ["task", (row) => row.task, (row) => row.task],
  ["proposer", (row) => row.proposer, (row) => Solon.breakable(row.proposer)],
  ["strategy", (row) => row.strategy, (row) => row.strategy],
  ["objective", (row) => (row.mean === null ? -Infinity : row.mean), (row) => row.mean === null ? "" :
    Solon.element("span", {}, Solon.element("strong", {}, Solon.interval(row.mean, row.low, row.high)),
      Solon.element("small", {}, ` ${row.objective.replaceAll("_", " ")}${row.less ? ", less is better" : ""}`))],
  ["of bound", (row) => row.share ?? -1, (row) => (row.share === null ? "" : `${Math.round(row.share * 100)} %`)],
  ["status", (row) => row.status, (row) => Solon.element("span", {}, Solon.element("span", { class: `badge ${row.status}`, title: row.trouble }, Solon.STATUS[row.status]),
    Solon.element("span", { class: "phone" }, Solon.findings(row.findings)))],
  ["findings", (row) => (row.findings.alarm || 0) * 1e6 + (row.findings.warning || 0) * 1e3 + (row.findings.note || 0), (row) => Solon.findings(row.findings)],
  ["time", (row) => row.seconds, (row) => (row.seconds ? Solon.duration(row.seconds) : "")],
  ["begun", (row) => row.begun, (row) => (row.begun ? Solon.moment(row.begun) : "")],
];

Solon.list = (place) => {
  const make = Solon.element;
  const state = { rows: [], sort: "begun", down: true, chosen: new Set(), text: "" };
  const filter = make("input", { type: "search", placeholder: "Filter by any word", "aria-label": "Filter the runs", input: () => show() });
  const status = make("select", { "aria-label": "Status", change: () => show() }, make("option", { value: "" }, "any status"),
    ...Object.entries(Solon.STATUS).map(([value, word]) => make("option", { value }, word)));
  const compare = make("button", { type: "button", disabled: true, click: () => open() }, "Compare");
  const count = make("p", { class: "soft", role: "status" });
  const head = make("tr", {}, make("th", { scope: "col" }, make("span", { class: "hidden" }, "compare")),
    ...Solon.COLUMNS.map(([name]) => make("th", { scope: "col", class: name.replace(" ", "-"), "data-column": name }, make("button", { type: "button", class: "quiet", click: () => order(name) }, name))));
  const body = make("tbody");
  const keys = make("p", { class: "keys" }, "Keys: ", make("kbd", {}, "/"), " filter, ", make("kbd", {}, "↑"), " ", make("kbd", {}, "↓"),
    " from run to run, ", make("kbd", {}, "Enter"), " open, ", make("kbd", {}, "X"), " choose, ", make("kbd", {}, "C"), " compare the chosen ones");

  const open = () => {
    if (state.chosen.size > 1) location.href = `/compare?${[...state.chosen].map((name) => `run=${encodeURIComponent(name)}`).join("&")}`;
  };
  const order = (name) => {
    state.down = state.sort === name ? !state.down : !["run", "task", "proposer", "strategy", "status"].includes(name);
    state.sort = name;
    show();
  };
  const choose = (name, on) => {
    if (on) state.chosen.add(name);
    else state.chosen.delete(name);
    compare.disabled = state.chosen.size < 2;
    compare.textContent = state.chosen.size < 2 ? "Compare (choose two)" : `Compare ${state.chosen.size} runs`;
  };
  const line = (row) => {
    const box = make("input", { type: "checkbox", "aria-label": `Choose ${row.name}`, disabled: row.status !== "finished", checked: state.chosen.has(row.name), change: () => choose(row.name, box.checked) });
    return make("tr", { "data-run": row.name, class: row.status }, make("td", {}, box), ...Solon.COLUMNS.map(([name, , cell]) => make("td", { class: name.replace(" ", "-") }, cell(row))));
  };
  const show = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const value = Solon.COLUMNS.find(([name]) => name === state.sort)[1];
    const found = state.rows.filter((row) => (!status.value || row.status === status.value) &&
      words.every((word) => [row.name, row.task, row.proposer, row.strategy, row.objective, Solon.STATUS[row.status]].join(" ").toLowerCase().includes(word)));
    const sign = state.down ? -1 : 1;
    found.sort((one, other) => (value(one) < value(other) ? -sign : value(one) > value(other) ? sign : one.name < other.name ? -1 : 1));
    const focused = document.activeElement?.closest?.("tr[data-run]");
    const kind = document.activeElement?.tagName;
    body.replaceChildren(...found.map(line));
    if (focused) [...body.children].find((it) => it.dataset.run === focused.dataset.run)?.querySelector(kind === "INPUT" ? "input" : "a")?.focus();
    for (const cell of head.children) {
      if (cell.dataset.column === state.sort) cell.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    count.textContent = !state.rows.length ? "There is no run here yet; begin one with: solon run cleanup" :
      found.length === state.rows.length ? Solon.many(found.length, "run") : `${found.length} of ${Solon.many(state.rows.length, "run")}`;
  };
  const move = (by) => {
    const links = [...body.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement?.closest?.("tr")?.querySelector("a"));
    links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.tagName === "SELECT") return;
    const typing = event.target === filter;
    const act = { ArrowDown: () => move(1), ArrowUp: () => move(-1), ...(typing ? { Escape: () => { filter.value = ""; show(); } } :
      { "/": () => filter.focus(), c: open, x: () => event.target.closest("tr[data-run]")?.querySelector("input:not(:disabled)")?.click() }) }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  let before = "";
  const load = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch("/runs.json");
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      if (text !== before) {
        before = text;
        state.rows = JSON.parse(text);
        for (const name of state.chosen) if (!state.rows.some((row) => row.name === name)) choose(name, false);
        show();
      }
    } catch {
      count.textContent = "The server does not answer; is `solon view` still running?";
      before = "";
    }
  };
  place.replaceChildren(make("div", { class: "tools" }, filter, status, compare), count,
    make("div", { class: "scroll", role: "region", "aria-label": "Runs", tabindex: "-1" }, make("table", { class: "runs" }, make("thead", {}, head), body)), keys);
  choose("", false);
  load();
  setInterval(load, 2500);
  document.addEventListener("visibilitychange", load);
};

Solon.live = (place) => {
  const make = Solon.element;
  const status = make("p", { role: "status", class: "state" }, "Reading the journal …");
  const body = make("div", {});
  const series = [];
  const line = make("div", { class: "chart", role: "img" });
  const rise = make("figure", { class: "rise" }, make("figcaption", {}, "The best, as far as known after each round", make("span", { class: "soft" }, " more seeds may lower it")), line);
  const redraw = Solon.rise(line, series);
  place.replaceChildren(status, body);
  const box = (name, value, small) => make("div", {}, make("dt", {}, name), make("dd", {}, make("strong", {}, value), make("span", {}, small)));
  const draw = (it) => {
    series.splice(0, series.length, ...it.series);
    line.setAttribute("aria-label", series.length ? `From ${Solon.figure(series[0])} to ${Solon.figure(series.at(-1))}` : "");
    const best = it.improvements.find((one) => one.mean !== null);
    const faults = Object.entries(it.verdicts).filter(([kind]) => kind !== "valid");
    const word = it.done ? "finished" : it.running ? (it.over ? "judging on sealed seeds" : `searching, round ${it.rounds}`) : "interrupted";
    const state = `${word}${it.over && !it.done ? `: ${it.over}` : ""}`;
    if (status.dataset.words !== state) { // a reader's screen reader hears of changes only
      status.dataset.words = state;
      status.replaceChildren(make("span", { class: `badge ${it.done ? "finished" : it.running ? "running" : "interrupted"}` }, word),
        it.over && !it.done ? ` ${it.over}` : "", it.running || it.done ? "" : make("span", { class: "soft" }, " Nothing is lost; go on with: ", make("code", {}, place.dataset.resume)));
    }
    body.replaceChildren(...[
      make("dl", { class: "headline" },
        box(`best ${it.objective.replaceAll("_", " ")}`, best ? Solon.figure(best.mean) : "none yet", best ? (best.low === null ? "on one search seed" : `${Solon.figure(best.low)} to ${Solon.figure(best.high)} on ${best.seeds} search seeds`) : "no candidate has a score"),
        it.share === null ? null : box("of the proved bound", `${Math.round(it.share * 100)} %`, "on search seeds"),
        box("candidates", it.candidates.toLocaleString("en"), `${(it.verdicts.valid || 0).toLocaleString("en")} valid${faults.length ? `; ${faults.map(([kind, count]) => `${count.toLocaleString("en")} ${kind}`).join(", ")}` : ""}`),
        box("episodes", it.episodes.toLocaleString("en"), Solon.many(it.rounds, "round"))),
      ...it.limits.map(({ name, used, most }) => make("p", { class: "limit" }, make("label", {}, name, make("progress", { max: most, value: Math.min(used, most) })),
        make("span", {}, `${Math.round(used).toLocaleString("en")} of ${most.toLocaleString("en")}`))),
      series.length > 1 ? rise : null,
      it.improvements.length ? make("div", { class: "scroll" }, make("table", {}, make("caption", {}, "The best so far, and those before it"),
        make("thead", {}, make("tr", {}, ...["candidate", it.objective.replaceAll("_", " "), "seeds", "made by", "from"].map((name) => make("th", { scope: "col" }, name)))),
        make("tbody", {}, ...it.improvements.map((one) => make("tr", {}, ...[`#${one.number}`, one.mean === null ? "violates a constraint" : Solon.interval(one.mean, one.low, one.high), one.seeds, one.operator || "-", one.parents.map((parent) => `#${parent}`).join(" ") || "-"].map((cell) => make("td", {}, String(cell)))))))) : null,
      it.finding ? make("p", { class: `finding ${it.findings.alarm ? "alarm" : "warning"}` }, Solon.findings(it.findings), ` ${it.finding}`) : null,
      it.sealed.length ? make("p", { class: "soft" }, `Judged on sealed seeds: ${it.sealed.join(", ").replaceAll("_", " ")}`) : null,
    ].filter(Boolean));
    redraw();
  };
  const source = new EventSource(place.dataset.events);
  source.addEventListener("message", (event) => draw(JSON.parse(event.data)));
  source.addEventListener("done", () => {
    source.close();
    const link = make("a", { href: location.pathname, class: "open" }, "Open the report");
    status.append(" ", link);
  });
  source.addEventListener("trouble", (event) => {
    source.close();
    status.replaceChildren(make("span", { class: "badge damaged" }, "damaged"), ` ${JSON.parse(event.data)}`);
  });
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) status.append(status.querySelector(".away") ? "" : make("span", { class: "away soft" }, " The server does not answer; trying again."));
  });
};

addEventListener("DOMContentLoaded", () => {
  Solon.theme(document.getElementById("theme"));
  Solon.fill(document);
  const runs = document.getElementById("runs");
  if (runs) Solon.list(runs);
  const live = document.getElementById("live");
  if (live) Solon.live(live);
});
