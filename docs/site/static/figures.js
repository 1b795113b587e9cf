// Draws the figures of notebooks with the page's own colours, and again when these change.
"use strict";

function draw(place) {
  const figure = JSON.parse(place.querySelector("script").textContent);
  const style = getComputedStyle(document.body);
  const text = style.getPropertyValue("--color-foreground-primary");
  const line = style.getPropertyValue("--color-background-border");
  const layout = { ...figure.layout, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
  layout.font = { ...layout.font, color: text };
  for (const name of Object.keys(layout)) {
    if (/^[xy]axis\d*$/.test(name)) layout[name] = { ...layout[name], gridcolor: line, linecolor: line };
  }
  delete layout.width;
  Plotly.react(place.lastElementChild, figure.data, layout, { responsive: true, displaylogo: false });
}

document.addEventListener("DOMContentLoaded", () => {
  const places = [...document.querySelectorAll(".figure-of-plotly")];
  for (const place of places) place.append(document.createElement("div"));
  const all = () => places.forEach(draw);
  all();
  new MutationObserver(all).observe(document.body, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
});
