// Re-ranks while a weight is moved: the server works out the shares and the list, here they are only shown. An
// extra: the form's button does the same.
const form = document.querySelector("form[data-what-if]");
const said = document.getElementById("said");
const kept = document.querySelector("form[data-keep] [data-weights]");
const fields = [...form.querySelectorAll("[data-swing] input[inputmode]")];
const TYPING = 400; // milliseconds without a key before a number is sent
const TELLING = 700; // without a change before a screen reader is told
let timer = 0;
let telling = 0;
let isAsking = false;
let isWanted = false;

for (const field of fields) {
  const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: field.dataset.most, step: 1, className: "vfm-slider" });
  slider.setAttribute("aria-label", `${field.labels[0].querySelector("strong").textContent}, slider`);
  slider.value = Number(field.value) || 0;
  slider.addEventListener("input", () => { field.value = Number(slider.value).toFixed(1); ask(); });
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, TYPING); });
  field.before(slider);
}

async function ask() {
  // One question at a time: what was moved meanwhile is asked next, so that the last one stands.
  clearTimeout(timer);
  if (isAsking) { isWanted = true; return; }
  isAsking = true;
  const sent = new Map(fields.map((field) => [field.name, field.value]));
  try {
    const reply = await fetch(`${form.action}?${new URLSearchParams(new FormData(form))}`, { headers: { Accept: "application/json" } });
    const found = reply.ok || reply.status === 422 ? await reply.json() : null;
    if (found?.problems) tell(found.problems);
    else if (found) show(found, sent);
  } catch { said.textContent = "The list could not be worked out: no connection. Press “Rank again” to try once more."; }
  isAsking = false;
  if (isWanted) { isWanted = false; ask(); }
}

function show({ address, said: words, boxes, exact, html }, sent) {
  tell({});
  for (const field of fields) {
    const isMovedOn = field.value !== sent.get(field.name);
    if (!isMovedOn && !(document.activeElement === field && Number(field.value) === Number(boxes[field.name]))) field.value = boxes[field.name];
    const slider = field.previousElementSibling;
    if (slider !== document.activeElement) slider.value = Number(field.value) || 0;
    form.elements[field.name.replace(/^w\./, "was.")].value = exact[field.name.replace(/^w\./, "was.")];
  }
  document.getElementById("list").innerHTML = html; // made by our own template, everything in it escaped
  if (kept) for (const [name, value] of Object.entries(exact)) kept.querySelector(`[name="${CSS.escape(name.replace(/^was\./, "w."))}"]`).value = value;
  history.replaceState(null, "", address);
  clearTimeout(telling);
  telling = setTimeout(() => { said.textContent = words; }, TELLING);
}

function tell(problems) {
  for (const field of fields) {
    const group = field.closest("[data-swing]");
    const words = problems[field.name];
    let line = group.querySelector(".govuk-error-message");
    group.classList.toggle("govuk-form-group--error", Boolean(words));
    if (!words) { line?.remove(); continue; }
    if (!line) {
      line = Object.assign(document.createElement("p"), { className: "govuk-error-message" });
      field.parentElement.before(line);
    }
    line.textContent = words;
  }
  const first = Object.values(problems)[0];
  if (first) said.textContent = first;
}
