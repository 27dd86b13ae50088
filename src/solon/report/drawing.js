/* Drawing on canvas, sharp on every screen. */

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
