// Warns before a sign-in session ends while a form is open, and lets its reader stay. An extra: what is sent
// after the end is given back by the page that asks to sign in.
const form = document.querySelector("[data-stay]");
const WARNING = 5 * 60; // seconds before the end
const LOOK = 10000; // milliseconds between looks at the clock: a machine that slept wakes late
const SHARED = "vfm:ends"; // each tab's use of the site counts for all of them
let ends = 0;
let dialog = null;

const minutes = (seconds) => (seconds < 60 ? "less than a minute" : seconds < 90 ? "1 minute" : `${Math.round(seconds / 60)} minutes`);

function endsIn(seconds) {
  ends = Date.now() + 1000 * seconds;
  try { localStorage.setItem(SHARED, String(ends)); } catch { /* each tab then counts for itself */ }
  look();
}

function part(name, words, more = {}) {
  return Object.assign(document.createElement(name), { textContent: words, ...more });
}

function made() {
  const found = part("dialog", "", { className: "vfm-ending" });
  found.setAttribute("aria-labelledby", "ending-title");
  found.append(part("h2", "", { className: "govuk-heading-m", id: "ending-title" }), part("p", "", { className: "govuk-body" }), part("div", "", { className: "vfm-actions" }));
  document.body.append(found);
  return found;
}

function show(title, words, ...buttons) {
  dialog ??= made();
  const [heading, sentence, deeds] = dialog.children;
  if (heading.textContent !== title) heading.textContent = title;
  if (sentence.textContent === words) return;
  sentence.textContent = words;
  deeds.replaceChildren(...buttons);
  if (!dialog.open) dialog.showModal();
}

function look() {
  const left = (ends - Date.now()) / 1000;
  if (left > WARNING) { dialog?.close(); dialog?.remove(); dialog = null; }
  else if (left > 0) warn(left);
  else over();
}

function warn(left) {
  const button = part("button", "Stay signed in", { className: "govuk-button", type: "button" });
  button.addEventListener("click", stay);
  show(`You will be signed out in ${minutes(left)}`, "Nobody has used this page for a long time. What you typed is kept either way.", button);
}

function over() {
  const link = part("a", "Sign in again in a new tab", { className: "govuk-button", href: `/sign-in?next=${encodeURIComponent(location.pathname)}`, target: "_blank" });
  const close = part("button", "Back to the page", { className: "govuk-button govuk-button--secondary", type: "button" });
  close.addEventListener("click", () => dialog.close());
  show("You are signed out", "What you typed is kept in this browser. Sign in again as yourself, and it is saved.", link, close);
}

async function stay() {
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  try {
    const reply = await fetch(form.dataset.stay, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
    if (reply.ok) endsIn((await reply.json()).ends_in);
    else { ends = 0; look(); }
  } catch {
    show(dialog.firstChild.textContent, "There is no connection at the moment. What you typed is kept in this browser.", ...dialog.lastChild.children);
  }
}

addEventListener("vfm:used", (event) => endsIn(event.detail));
addEventListener("storage", (event) => {
  if (event.key !== SHARED || !event.newValue) return;
  ends = Number(event.newValue);
  look();
  dispatchEvent(new Event("vfm:used-elsewhere")); // perhaps after signing in again there
});
document.addEventListener("visibilitychange", look);
setInterval(look, LOOK);
endsIn(Number(document.body.dataset.endsIn));
