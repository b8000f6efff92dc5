// Draws each chart from the JSON beside it; hides the table behind its summary and offers both as downloads.
const plotly = document.querySelector('meta[name="plotly-js"]').content;
// The library writes a style sheet for maps into the page, which the page's security policy rightly stops, unless an
// element of this name is there. We draw no maps; the name changes with the library (tests/web/test_home.py knows).
const mapStyle = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";

function loaded(address) {
  return new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: address, onload: done, onerror: failed });
    document.head.append(script);
  });
}

function link(words, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "vfm-link-button", textContent: words });
  button.addEventListener("click", act);
  return button;
}

function cellText(cell) {
  const text = cell.textContent.trim();
  return /^[=+\-@]/.test(text) && isNaN(Number(text)) ? "'" + text : text;
}

function tableAsCsv(table) {
  return [...table.rows].map((row) => [...row.cells].map((cell) => `"${cellText(cell).replaceAll('"', '""')}"`).join(",")).join("\r\n");
}

function saveTable(name, table) {
  const address = URL.createObjectURL(new Blob(["\ufeff" + tableAsCsv(table)], { type: "text/csv" }));
  Object.assign(document.createElement("a"), { href: address, download: `${name}.csv` }).click();
  URL.revokeObjectURL(address);
}

async function draw(frame) {
  const key = frame.dataset.chart;
  const figure = JSON.parse(document.querySelector(`[data-chart-figure="${key}"]`).textContent);
  frame.hidden = false;
  frame.style.height = `${figure.layout.height ?? 420}px`; // kept when the window's width changes
  await window.Plotly.newPlot(frame, figure.data, figure.layout, { responsive: true, displaylogo: false, displayModeBar: false });
  // What a point stands for opens where it says; the table has the same links for everybody else.
  frame.on("plotly_click", ({ points }) => {
    const address = points[0]?.customdata;
    if (typeof address === "string" && /^[/#]/.test(address)) location.assign(address);
  });
  const table = document.querySelector(`[data-chart-table="${key}"]`);
  const tools = Object.assign(document.createElement("p"), { className: "govuk-body vfm-chart__tools vfm-noprint" });
  tools.append(
    link("Download picture", () => window.Plotly.downloadImage(frame, { format: "png", width: 1280, height: 720, scale: 2, filename: frame.dataset.name })),
    " · ",
    link("Download picture as SVG", () => window.Plotly.downloadImage(frame, { format: "svg", width: 1280, height: 720, filename: frame.dataset.name })),
    " · ",
    link("Download table", () => saveTable(frame.dataset.name, table)),
  );
  frame.after(tools);
  table.closest("details:not([data-stays])")?.removeAttribute("open");
  frame.dispatchEvent(new CustomEvent("chart-drawn", { bubbles: true }));
}

document.head.append(Object.assign(document.createElement("meta"), { id: mapStyle }));
// On paper the width differs from the window's: with a viewBox the stylesheet can shrink the drawing to it.
addEventListener("beforeprint", () => {
  for (const drawing of document.querySelectorAll(".vfm-chart__frame .main-svg")) {
    drawing.setAttribute("viewBox", `0 0 ${drawing.getAttribute("width")} ${drawing.getAttribute("height")}`);
  }
});

await loaded(plotly);
for (const frame of document.querySelectorAll("[data-chart]")) await draw(frame);
