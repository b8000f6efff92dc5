// A service picked anywhere on the board is marked in every chart and list, and a card says what matters of it. The
// pick stands in the address, so that the view can be sent. An extra: without it the same address is drawn by the server.
const card = document.querySelector("[data-picked]");
const says = document.querySelector("[data-picked-says]");
const base = card.dataset.picked; // the address of a service's page, without its number
const original = new WeakMap(); // chart -> its notes before anything was picked
let picked = card.dataset.service || "";
let asked = 0;

function serviceOf(link) {
  const address = new URL(link.href);
  return address.pathname.startsWith(base) ? (address.pathname.slice(base.length).match(/^\d+$/) ?? [null])[0] : null;
}

function rowsOf(service) {
  const links = document.querySelectorAll("main tbody th a");
  return [...links].filter((link) => serviceOf(link) === service).map((link) => link.closest("tr"));
}

function markRows() {
  for (const row of document.querySelectorAll("main tr.vfm-is-picked")) { row.classList.remove("vfm-is-picked"); row.removeAttribute("aria-current"); }
  for (const row of picked ? rowsOf(picked) : []) {
    row.classList.add("vfm-is-picked");
    row.setAttribute("aria-current", "true");
    const frame = row.closest(".vfm-tall");
    const isSeen = frame && row.offsetTop >= frame.scrollTop + 60 && row.offsetTop + row.offsetHeight <= frame.scrollTop + frame.clientHeight;
    if (frame && !isSeen) frame.scrollTop = row.offsetTop - frame.clientHeight / 2;
  }
}

// A long name in lines, so that it stays within a narrow chart.
function inLines(name) {
  return name.replace(/(.{14,}?) /g, "$1<br>");
}

// In a chart: an outlined name that points at it, and everything else paler.
async function markChart(frame) {
  if (!original.has(frame)) original.set(frame, frame.layout.annotations ?? []);
  const notes = [];
  const chosen = frame.data.map((trace) => {
    const at = (trace.customdata ?? []).map(String).indexOf(picked);
    return picked && at >= 0 ? at : -1;
  });
  const isThere = chosen.some((at) => at >= 0);
  const bars = frame.data.filter((trace, n) => trace.type === "bar" && chosen[n] >= 0);
  const first = chosen.findIndex((at) => at >= 0);
  if (isThere) {
    const trace = frame.data[first];
    const at = chosen[first];
    const across = bars.length ? bars.reduce((sum, bar) => sum + bar.x[at], 0) / 2 : trace.x[at];
    const isRight = !bars.length && across > 60;
    notes.push({
      x: across, y: trace.y[at], text: inLines(frame.layout.meta?.names?.[picked] ?? "Picked"), showarrow: true, arrowhead: 2, arrowwidth: 2, arrowcolor: "#0b0c0c",
      ax: bars.length ? 40 : isRight ? -60 : 60, ay: -34, bgcolor: "#ffffff", bordercolor: "#0b0c0c", borderwidth: 3, borderpad: 4, font: { size: 13, color: "#0b0c0c", weight: "bold" },
    });
  }
  const traces = frame.data.map((trace, n) => n).filter((n) => frame.data[n].customdata);
  if (!traces.length) return;
  await window.Plotly.restyle(frame, { selectedpoints: traces.map((n) => (isThere ? (chosen[n] >= 0 ? [chosen[n]] : []) : null)), "unselected.marker.opacity": 0.3 }, traces);
  await window.Plotly.relayout(frame, { annotations: [...original.get(frame), ...notes] });
}

function markCharts() {
  for (const frame of document.querySelectorAll("[data-chart]")) if (frame.data) markChart(frame);
}

async function pick(service) {
  if (service === picked) return;
  picked = service;
  const address = new URL(location);
  if (picked) address.searchParams.set("service", picked); else address.searchParams.delete("service");
  address.hash = "";
  history.replaceState(null, "", address);
  markRows();
  markCharts();
  const turn = ++asked;
  if (!picked) { card.replaceChildren(); card.hidden = true; says.textContent = "Nothing is picked."; return; }
  try {
    const reply = await fetch(address, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (!reply.ok) throw new Error(reply.status);
    const { card: html, says: words } = await reply.json();
    if (turn !== asked) return; // another one was picked meanwhile
    card.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    card.hidden = false;
    says.textContent = words;
  } catch { if (turn === asked) says.textContent = "What matters of it could not be loaded. Open its page in the list."; }
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("[data-picked-clear]")) { event.preventDefault(); pick(""); return; }
  if (event.target.closest("a, button, summary")) return; // leads where it says
  const inRow = event.target.closest("main tbody tr")?.querySelector("th a");
  if (inRow && serviceOf(inRow)) pick(serviceOf(inRow));
});
let timer = 0;
document.addEventListener("focusin", (event) => {
  clearTimeout(timer);
  const link = event.target.closest?.("main tbody th a");
  if (link?.matches(":focus-visible") && serviceOf(link)) timer = setTimeout(() => pick(serviceOf(link)), 400); // not while somebody tabs through
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && picked) pick(""); });
function listen(frame) {
  frame.on("plotly_click", ({ points }) => { if (typeof points[0]?.customdata === "number") pick(String(points[0].customdata)); });
  markChart(frame);
}
for (const frame of document.querySelectorAll("[data-chart]")) if (frame.data) listen(frame);
document.addEventListener("chart-drawn", (event) => listen(event.target));
markRows();
