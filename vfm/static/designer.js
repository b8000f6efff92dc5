// Shows at once what the designer's forms otherwise show at the press of a button: what a kind needs, the answers
// of a question that a rule names, the rule in English, the share of a weight. The server works everything out.
const form = document.querySelector("form[data-designer]");
const QUICK = 120; // milliseconds after a choice from a drop-down, as arrow keys make several
const PAUSE = 400; // milliseconds without a key before the small print is brought up to date
const parts = new Set(); // ids of the parts to show anew; the small print ([data-live]) is shown anew each time
let timer = 0;
let touched = 0;
let isAsking = false;

async function answer() {
  const body = new FormData(form);
  body.set("do", "show");
  const reply = await fetch(form.action, { method: "POST", body, redirect: "error" });
  if (!reply.ok) throw new Error(String(reply.status));
  const text = (await reply.text()).replace(/<style[\s\S]*?<\/style>/g, ""); // a parsed page may not bring a style
  return new DOMParser().parseFromString(text, "text/html");
}

function show(fresh) {
  const focused = document.activeElement?.id;
  for (const old of document.querySelectorAll("[data-part], [data-live]")) {
    if (old.matches("[data-part]") && !parts.has(old.id)) continue;
    const now = fresh.getElementById(old.id);
    if (now && now.innerHTML !== old.innerHTML) old.innerHTML = now.innerHTML;
  }
  parts.clear();
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
}

async function refresh() {
  if (isAsking) return; // asked again when the reply is here
  isAsking = true;
  const asked = touched;
  let fresh = null;
  try { fresh = await answer(); } catch { parts.clear(); } // the buttons go on doing the same
  isAsking = false;
  // A reply about what has been changed since would undo it: it is put aside, and asked for anew.
  if (asked !== touched) later(QUICK);
  else if (fresh) show(fresh);
}

function later(pause) {
  clearTimeout(timer);
  timer = setTimeout(refresh, pause);
}

form.addEventListener("change", (event) => {
  touched += 1;
  const part = event.target.matches("[data-refresh]") && event.target.closest("[data-part]");
  if (part) parts.add(part.id);
  later(part ? QUICK : PAUSE);
});
form.addEventListener("input", () => {
  touched += 1;
  later(PAUSE);
});
