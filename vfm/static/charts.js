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
  save(`${name}.csv`, new Blob(["\ufeff" + tableAsCsv(table)], { type: "text/csv" }));
}

const narrowest = 480; // pixels; below this a figure's own settings for narrow frames apply

function figureOf(frame) {
  return JSON.parse(document.querySelector(`[data-chart-figure="${frame.dataset.chart}"]`).textContent);
}

function narrowed(figure, isNarrow) {
  for (const [path, value] of Object.entries(isNarrow ? (figure.narrow ?? {}) : {})) {
    const keys = path.split(".");
    const last = keys.pop();
    keys.reduce((place, key) => (place[key] ??= {}), figure.layout)[last] = value;
  }
  return figure;
}

// Lines of at most so many letters, broken between words.
function wrapped(words, most) {
  const lines = [""];
  for (const word of words.split(/\s+/).filter(Boolean)) {
    const line = lines.at(-1);
    if (line && line.length + word.length >= most) lines.push(word); else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.filter(Boolean);
}

// A picture leaves the page alone, so it takes along what stands around it: the finding, its sentence, the source, the day.
function pictureText(frame) {
  const section = frame.closest("section");
  const said = (selector, place = section) => place.querySelector(selector)?.textContent.trim() ?? "";
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" }).format(new Date());
  const foot = [said(".vfm-source"), said(".vfm-demo", document), `From “${document.title}”, ${day}`].filter(Boolean);
  return { title: wrapped(said("h2"), 100), summary: wrapped(said("p"), 160), foot: wrapped(foot.map((part) => part.replace(/\.?$/, ".")).join(" "), 190) };
}

function textLines(lines, size, from, step, look = "") {
  const escaped = (words) => words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return lines.map((words, n) => `<text x="20" y="${from + step * n}" font-family="Arial, sans-serif" font-size="${size}" ${look}>${escaped(words)}</text>`).join("");
}

async function pictureOf(frame) {
  const { title, summary, foot } = pictureText(frame);
  const { data, layout } = frame.clientWidth < narrowest ? figureOf(frame) : frame;
  const width = 1280;
  const inner = Math.max(layout.height ?? 420, 560);
  const above = 24 + 28 * title.length + 21 * summary.length;
  const height = above + inner + 17 * foot.length + 14;
  const address = await window.Plotly.toImage({ data, layout: { ...layout, height: inner, width } }, { format: "svg", width, height: inner });
  const drawing = decodeURIComponent(address.slice(address.indexOf(",") + 1)).replace("<svg ", `<svg y="${above}" `);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="#ffffff"/>`
    + textLines(title, 22, 36, 28, 'font-weight="bold" fill="#0b0c0c"') + textLines(summary, 16, 34 + 28 * title.length, 21, 'fill="#0b0c0c"')
    + drawing + textLines(foot, 13, above + inner + 14, 17, 'fill="#505a5f"') + "</svg>";
  return { svg, width, height };
}

function save(name, blob) {
  const address = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

async function savePicture(frame, kind) {
  const { svg, width, height } = await pictureOf(frame);
  if (kind === "svg") { save(`${frame.dataset.name}.svg`, new Blob([svg], { type: "image/svg+xml" })); return; }
  const image = Object.assign(new Image(), { src: `data:image/svg+xml,${encodeURIComponent(svg)}` });
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => save(`${frame.dataset.name}.png`, blob), "image/png");
}

async function draw(frame) {
  const key = frame.dataset.chart;
  frame.hidden = false;
  const figure = narrowed(figureOf(frame), frame.clientWidth < narrowest);
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
    link("Download picture", () => savePicture(frame, "png")),
    " · ",
    link("Download picture as SVG", () => savePicture(frame, "svg")),
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
