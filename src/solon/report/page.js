/* Fills the parts of a page that are there: the theme button, the charts, the player, the graph of candidates. */

{
  const theme = document.getElementById("theme");
  if (theme) Solon.theme(theme);

  Solon.fill(document);

  const player = document.getElementById("player");
  if (player) Solon.player(player, Solon.read("episodes"));

  const explorer = document.getElementById("explorer");
  const index = Solon.read("index");
  if (explorer && index) Solon.explorer(explorer, index);

  for (const code of document.querySelectorAll("pre.source code")) Solon.paint(code, code.textContent);
}
