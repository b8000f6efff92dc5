// Saves what was typed while it is typed: to the server, and while that cannot be reached in this browser, until
// it can. An extra: the buttons of the form do their work without it, and go on doing so with it.
const form = document.querySelector("form[data-autosave]");
const status = document.getElementById("saved");
const PAUSE = 1200; // milliseconds without a key before a save
const AGAIN = 10000; // between tries while the server cannot be reached
const shelf = `vfm:${form.dataset.autosave}`;
const changed = new Set();
let sending = null;
let timer = 0;

const questions = () => [...form.querySelectorAll("[data-question]")];
const keyOf = (field) => field.name.split(".")[0];
const fieldsOf = (key) => [...form.elements].filter((field) => field.name?.startsWith(`${key}.`));
const say = (words) => { if (status.textContent !== words) status.textContent = words; };

function typed(key) {
  // What stands in one question's fields, as [name, value] pairs.
  return fieldsOf(key)
    .filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked)
    .map((field) => [field.name, field.value]);
}

function keep() {
  // What is not yet on the server stays in this browser, so that a closed window loses nothing.
  try {
    const waiting = [...changed].map((key) => [key, typed(key)]);
    if (waiting.length) localStorage.setItem(shelf, JSON.stringify({ at: Date.now(), waiting }));
    else localStorage.removeItem(shelf);
    return true;
  } catch {
    return false;
  }
}

function bringBack() {
  // What an earlier visit could not send is put into its fields again, and sent.
  let kept = null;
  try { kept = JSON.parse(localStorage.getItem(shelf)); } catch { /* nothing readable was kept */ }
  if (!kept) return;
  for (const [key, pairs] of kept.waiting) {
    const mark = form.elements[`${key}.revision`];
    if (!mark) continue;
    for (const field of fieldsOf(key)) {
      if (field.type === "hidden") continue;
      const values = pairs.filter(([name]) => name === field.name).map(([, value]) => value);
      if (["radio", "checkbox"].includes(field.type)) field.checked = values.includes(field.value);
      else field.value = values[0] ?? "";
    }
    // The mark of the answer that was on the page then: if somebody wrote since, both texts are shown.
    mark.value = pairs.find(([name]) => name === mark.name)?.[1] ?? mark.value;
    changed.add(key);
  }
  if (changed.size) {
    say("· What you typed before is back, and being saved.");
    send();
  }
}

async function send() {
  clearTimeout(timer);
  if (sending || !changed.size) return;
  const keys = [...changed];
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  if (form.elements.opened_at) body.set("opened_at", form.elements.opened_at.value);
  const sent = new Map(keys.map((key) => [key, typed(key)]));
  for (const pairs of sent.values()) for (const [name, value] of pairs) body.append(name, value);
  say("· Saving…");
  sending = new AbortController();
  const limit = setTimeout(() => sending?.abort(), 20000);
  try {
    const reply = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual", signal: sending.signal });
    if (!reply.ok) { refused(reply.status); return; }
    done(await reply.json(), sent);
  } catch {
    unreachable();
  } finally {
    clearTimeout(limit);
    sending = null;
  }
  if (changed.size && status.dataset.state === "saved") timer = setTimeout(send, PAUSE);
}

function done(reply, sent) {
  const problems = Object.entries(reply.problems);
  for (const [key, mark] of Object.entries(reply.saved)) {
    form.elements[`${key}.revision`].value = mark;
    // Typed on meanwhile: that is still to be sent.
    const same = (a, b) => JSON.stringify(a.filter(([n]) => !n.endsWith(".revision"))) === JSON.stringify(b.filter(([n]) => !n.endsWith(".revision")));
    if (same(sent.get(key), typed(key))) changed.delete(key);
    tell(key, "");
  }
  for (const [place, words] of problems) {
    const key = place.split(".")[0];
    tell(key, `Not saved yet. ${words}`);
    changed.delete(key); // sent again once it is changed, or with the buttons
  }
  for (const [key, clash] of Object.entries(reply.clashes)) {
    tell(key, `Not saved: ${clash.by} changed this at ${clash.at} to “${clash.kept}”. Press “Save and continue” to choose which text stands.`);
    changed.delete(key);
  }
  status.dataset.state = "saved";
  const left = problems.length + Object.keys(reply.clashes).length;
  say(left ? `· Saved ${reply.at}, but for what is marked below` : `· Saved ${reply.at}`);
  document.getElementById("progress").textContent = reply.progress;
  keep();
  follow(reply.asked);
}

function tell(key, words) {
  // One line at the question's end that a screen reader announces.
  const question = document.getElementById(key);
  let line = question.querySelector("[data-autosave-says]");
  if (!line && !words) return;
  if (!line) {
    line = document.createElement("p");
    line.className = "govuk-error-message";
    line.dataset.autosaveSays = "";
    line.setAttribute("role", "status");
    question.append(line);
  }
  line.textContent = words;
}

function unreachable() {
  status.dataset.state = "kept";
  const isKept = keep();
  say(isKept ? "· The server cannot be reached. What you typed is kept in this browser and is sent when it can be." : "· The server cannot be reached, and this browser keeps nothing. Leave this page open.");
  timer = setTimeout(send, AGAIN);
}

function refused(code) {
  if (code >= 500) { unreachable(); return; }
  status.dataset.state = "kept";
  const kept = keep() ? "What you typed is kept in this browser." : "This browser keeps nothing: leave this page open.";
  const again = "Sign in again in another window, then reload this page.";
  if (code === 409) say(`· Not saved: it was sent for sign-off meanwhile. ${kept}`);
  else if (code === 401) say(`· Not saved: you are no longer signed in. ${kept} ${again}`);
  else say(`· Not saved: you may have been signed out. ${kept} ${again}`);
}

async function follow(asked) {
  // Questions that the answers brought up are fetched and put in their place; those no longer asked are hidden.
  const here = questions().map((question) => question.id);
  for (const question of questions()) question.hidden = !asked.includes(question.id);
  const missing = asked.filter((key) => !here.includes(key));
  if (!missing.length) return;
  const page = await fetch(form.action).then((reply) => reply.text()).catch(() => "");
  // Without its style elements: their nonce is that of another page.
  const fresh = new DOMParser().parseFromString(page.replace(/<style[^]*?<\/style>/g, ""), "text/html");
  const look = document.querySelector('meta[name="look-js"]')?.content;
  let added = 0;
  for (const key of missing) {
    const question = fresh.getElementById(key);
    if (!question) continue;
    const before = asked.slice(0, asked.indexOf(key)).reverse().find((earlier) => document.getElementById(earlier));
    const place = document.importNode(question, true);
    if (before) document.getElementById(before).after(place);
    else form.querySelector("[data-question]").before(place);
    if (look) import(look).then((govuk) => govuk.initAll({ scope: place })).catch(() => {});
    added += 1;
  }
  if (added) say(`${status.textContent} · ${added === 1 ? "1 more question appeared" : `${added} more questions appeared`}`);
}

function noted(event) {
  const field = event.target;
  if (!field.name || !field.name.includes(".") || field.name.endsWith(".choice")) return;
  changed.add(keyOf(field));
  tell(keyOf(field), "");
  keep();
  clearTimeout(timer);
  timer = setTimeout(send, event.type === "change" ? 300 : PAUSE);
}

form.addEventListener("input", noted);
form.addEventListener("change", noted);
// The button sends everything itself; two saves at once would only meet each other.
form.addEventListener("submit", () => { clearTimeout(timer); sending?.abort(); });
addEventListener("online", send);
addEventListener("pagehide", keep);
bringBack();
