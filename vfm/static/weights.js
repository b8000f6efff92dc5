// Points of a weights meeting: a slider beside each field, saved while they are given, and the meeting's page kept
// up to date on the wall. An extra: the fields and the buttons do their work without it.
const PAUSE = 700; // milliseconds without a change before a save
const EVERY = 5000; // between looks at a meeting

// --- giving points ------------------------------------------------------------------------------------------

function giving(form) {
  const saved = document.getElementById("saved");
  const fields = [...form.querySelectorAll("[data-swing] input[name]")];
  const say = (words) => { if (saved.textContent !== words) saved.textContent = words; };
  let timer = 0;
  let underWay = Promise.resolve();

  for (const field of fields) {
    const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: field.dataset.most, step: 5 });
    slider.className = "vfm-slider";
    slider.setAttribute("aria-label", `${field.labels[0].querySelector("strong").textContent}, slider`);
    const follow = () => { slider.value = Number(field.value) || 0; slider.classList.toggle("vfm-slider--none", field.value.trim() === ""); };
    follow();
    slider.addEventListener("input", () => { field.value = slider.value; follow(); changed(); });
    field.addEventListener("input", () => { follow(); changed(); });
    field.before(slider);
  }
  form.elements.reason.addEventListener("input", () => changed());

  function changed() {
    shares();
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }

  function shares() {
    const points = fields.map((field) => Number(field.value));
    const total = points.reduce((sum, value) => sum + (value > 0 ? value : 0), 0);
    fields.forEach((field, at) => {
      const isGiven = field.value.trim() !== "" && points[at] >= 0 && points[at] <= 100;
      document.getElementById(`${field.id}-share`).textContent = !isGiven ? "no points yet" : total ? `${((100 * points[at]) / total).toFixed(1)}% of the whole` : "0.0% of the whole";
    });
  }

  function save() {
    clearTimeout(timer);
    underWay = underWay.then(send); // one after the other: each carries the revision of the one before
    return underWay;
  }

  async function send() {
    say("Saving…");
    try {
      const reply = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, redirect: "manual" });
      if (reply.status === 409) { say((await reply.json().catch(() => ({}))).message ?? "Not saved: the meeting is closed."); return; }
      if (!reply.ok) { say(reply.status < 500 ? "Not saved: you are no longer signed in. Sign in again in another tab, then press the button below." : "Not saved yet. Press the button below to try again."); return; }
      const { revision, given, of, problems, ends_in: endsIn } = await reply.json();
      form.elements.revision.value = revision;
      for (const field of fields) tell(field, problems[field.name]);
      const wrong = Object.keys(problems).length;
      say(wrong ? `Saved, but for what is marked below. ${given} of ${of} given` : given === of ? `Saved. All ${of} given.` : `Saved. ${given} of ${of} given`);
      dispatchEvent(new CustomEvent("vfm:used", { detail: endsIn }));
    } catch { say("Not saved yet: no connection. It is tried again when you change something, or press the button below."); }
  }

  function tell(field, words) {
    const group = field.closest("[data-swing]");
    let line = group.querySelector("[data-says]");
    group.classList.toggle("govuk-form-group--error", Boolean(words));
    group.querySelector(".govuk-error-message:not([data-says])")?.remove();
    if (!words) { line?.remove(); return; }
    if (!line) {
      line = Object.assign(document.createElement("p"), { className: "govuk-error-message", role: "status" });
      line.dataset.says = "";
      field.parentElement.before(line);
    }
    line.textContent = words;
  }

  // A button that is pressed while a save is under way waits for it, so that its revision is the newest.
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    const { name, value } = event.submitter ?? form.querySelector("button");
    await underWay;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    form.submit();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

// --- the meeting on the wall --------------------------------------------------------------------------------

function watching(meeting) {
  async function look() {
    const isBusy = document.hidden || document.activeElement?.closest("form, details[open]");
    if (!isBusy) {
      try {
        const reply = await fetch(location.pathname, { headers: { Accept: "application/json" } });
        if (reply.ok && (await reply.json()).mark !== meeting.dataset.meeting) { location.reload(); return; }
      } catch { /* no connection for a moment: look again */ }
    }
    setTimeout(look, EVERY);
  }
  setTimeout(look, EVERY);
}

const form = document.querySelector("form[data-points]");
if (form) giving(form);
const meeting = document.querySelector("[data-meeting]");
if (meeting) watching(meeting);
