// A stretch of time brushed over a trend fills the two days of the form below it, which work without this script.
"use strict";
(() => {
  const form = document.querySelector("form[data-brush]");
  if (!form) return;
  const since = form.elements.namedItem("since");
  const until = form.elements.namedItem("until");
  const group = form.dataset.brush ? form.elements.namedItem(form.dataset.brush) : null;
  const said = form.querySelector("output");
  document.querySelectorAll("[data-needs-script]").forEach((hint) => { hint.hidden = false; });

  const before = (day) => {
    const date = new Date(`${day}T00:00:00Z`);
    date.setUTCDate(date.getUTCDate() - 1);
    return date.toISOString().slice(0, 10);
  };
  const figures = [...document.querySelectorAll("svg[data-starts]")].map((svg) => {
    const starts = svg.dataset.starts.split(" ");
    const band = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    band.setAttribute("class", "brushed");
    band.setAttribute("y", svg.dataset.top);
    band.setAttribute("height", svg.dataset.height);
    svg.append(band);
    return {
      svg, band, starts,
      ends: [...starts.slice(1).map(before), svg.dataset.last],
      left: Number(svg.dataset.left),
      step: Number(svg.dataset.width) / starts.length,
    };
  });

  const show = (only) => {
    for (const figure of figures) {
      let first = figure.ends.findIndex((day) => day >= since.value);
      let last = figure.starts.length - 1;
      while (last >= 0 && figure.starts[last] > until.value) last -= 1;
      const whole = first <= 0 && last === figure.starts.length - 1;
      const here = since.value && until.value && first >= 0 && last >= first && !whole;
      const apart = only !== undefined && only !== "" && figure.svg.dataset.group !== only;
      figure.band.setAttribute("x", here ? figure.left + first * figure.step : 0);
      figure.band.setAttribute("width", here && !apart ? (last - first + 1) * figure.step : 0);
    }
    const written = (day) => day.split("-").reverse().join("/");
    said.textContent = since.value && until.value ? `${written(since.value)} – ${written(until.value)}` : "";
  };
  const chosen = () => (group && group.tagName === "SELECT" ? group.value : undefined);

  for (const figure of figures) {
    let from = null;
    const place = (event) => {
      const box = figure.svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * figure.svg.viewBox.baseVal.width;
      return Math.min(figure.starts.length - 1, Math.max(0, Math.floor((x - figure.left) / figure.step)));
    };
    const brush = (event) => {
      const to = place(event);
      const clip = (day) => (day < since.min ? since.min : day > since.max ? since.max : day);
      since.value = clip(figure.starts[Math.min(from, to)]);
      until.value = clip(figure.ends[Math.max(from, to)]);
      if (group && group.tagName === "SELECT") group.value = figure.svg.dataset.group;
      show(chosen());
    };
    figure.svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = place(event);
      figure.svg.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    figure.svg.addEventListener("pointermove", (event) => { if (from !== null) brush(event); });
    figure.svg.addEventListener("pointerup", (event) => { if (from !== null) { brush(event); from = null; } });
    figure.svg.addEventListener("pointercancel", () => { from = null; });
  }
  form.addEventListener("input", () => show(chosen()));
  show(chosen());
})();
