/* Drawing on canvas: sharp on every screen, and curves of returns over an episode. */

/** Fit a canvas to its place and return its context, in units of the page; height in pixels. */
Solon.canvas = (canvas, height) => {
  const scale = window.devicePixelRatio || 1;
  const width = canvas.clientWidth || 300;
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  return { context, width, height };
};

/** Return colours that can be told apart, one an agent. */
Solon.agentColours = (count) => {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark" ||
    (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  return Array.from({ length: count }, (_, agent) => {
    const hue = (agent * 360) / Math.max(count, 1) + 250;
    const light = (dark ? 66 : 45) + (agent % 2 ? 8 : -6);
    return `hsl(${(hue % 360).toFixed(0)} 62% ${light}%)`;
  });
};

/**
 * Draw cumulative returns: one line an agent, a mark at the present step. `series[agent][step]` are numbers; `span` is
 * the [least, most] of all that share the scale, and `last` the last step of all. Returns which step a place is.
 */
Solon.curves = (canvas, series, step, span, last) => {
  const { context, width, height } = Solon.canvas(canvas, 96);
  const [low, high] = span;
  const left = 38;
  const x = (at) => left + (at / last) * (width - left - 6);
  const y = (value) => height - 8 - ((value - low) / (high - low || 1)) * (height - 16);
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = Solon.colour("soft");
  context.strokeStyle = Solon.colour("line");
  context.textAlign = "right";
  for (const value of [low, high]) {
    context.fillText(Solon.figure(Math.round(value * 100) / 100), left - 5, y(value) + 4);
    context.beginPath();
    context.moveTo(left, y(value));
    context.lineTo(width - 6, y(value));
    context.stroke();
  }
  const colours = Solon.agentColours(series.length);
  const stride = Math.max(1, Math.floor(last / (2 * width)));
  series.forEach((values, agent) => {
    context.strokeStyle = colours[agent];
    context.lineWidth = 1.3;
    context.beginPath();
    for (let at = 0; at < values.length; at += stride) context.lineTo(x(at), y(values[at]));
    context.lineTo(x(values.length - 1), y(values.at(-1)));
    context.stroke();
  });
  context.strokeStyle = Solon.colour("ink");
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x(step), 2);
  context.lineTo(x(step), height - 4);
  context.stroke();
  return (place) => Math.round(((place - left) / (width - left - 6)) * last);
};
