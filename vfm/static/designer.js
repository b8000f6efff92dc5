// Shows at once what the designer's forms otherwise show at the press of a button: what a kind needs, the answers
// of a question that a rule names, the rule in English, the share of a weight. The server works everything out.
const form = document.querySelector("form[data-designer]");
const PAUSE = 400; // milliseconds without a key before the small print is brought up to date
let timer = 0;
let asked = 0;

async function answer() {
  const body = new FormData(form);
  body.set("do", "show");
  const reply = await fetch(form.action, { method: "POST", body, redirect: "error" });
  if (!reply.ok) throw new Error(String(reply.status));
  const text = (await reply.text()).replace(/<style[\s\S]*?<\/style>/g, ""); // a parsed page may not bring a style
  return new DOMParser().parseFromString(text, "text/html");
}

async function refresh(selector) {
  clearTimeout(timer);
  const turn = ++asked;
  let fresh = null;
  try { fresh = await answer(); } catch { return; } // the buttons go on doing the same
  if (turn !== asked) return; // a later question is on its way
  const focused = document.activeElement?.id;
  for (const old of document.querySelectorAll(selector)) {
    const now = fresh.getElementById(old.id);
    if (now && now.innerHTML !== old.innerHTML) old.innerHTML = now.innerHTML;
  }
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
}

form.addEventListener("change", (event) => {
  if (event.target.matches("[data-refresh]")) refresh("[data-part], [data-live]");
  else refresh("[data-live]");
});
form.addEventListener("input", (event) => {
  if (event.target.matches("[data-refresh]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => refresh("[data-live]"), PAUSE);
});
