// Saves what was typed while it is typed: to the server, and while that cannot be reached in this browser, until
// it can. An extra: the buttons of the form do their work without it, and go on doing so with it.
const form = document.querySelector("form[data-autosave]");
const status = document.getElementById("saved");
const PAUSE = 1200; // milliseconds without a key before a save
const LEAVING = 3000; // that a button waits for a save under way
const AGAIN = 10000; // between tries while the server cannot be reached
const shelf = `vfm:${form.dataset.autosave}`; // whose, of which assessment, which page
const DOES_IT_FIT = "Does this fit?";
const changed = new Set(); // keys of questions to send
const clashing = new Set(); // keys of questions that wait for a choice between two texts
let sending = null;
let underWay = Promise.resolve(); // settled when no save is under way
let timer = 0;
let isLeaving = false;

const questions = () => [...form.querySelectorAll("[data-question]")];
const keyOf = (field) => field.name.split(".")[0];
const fieldsOf = (key) => [...form.elements].filter((field) => field.name?.startsWith(`${key}.`));
const markOf = (key) => form.elements[`${key}.revision`];
const say = (words, state) => { status.dataset.state = state; if (status.textContent !== words) status.textContent = words; };
const without = (pairs) => JSON.stringify(pairs.filter(([name]) => !name.endsWith(".revision")));
const isSame = (some, others) => without(some) === without(others);

function typed(key) {
  // What stands in one question's fields, as [name, value] pairs.
  return fieldsOf(key)
    .filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked)
    .map((field) => [field.name, field.value]);
}

// --- the shelf: what is not yet on the server stays in this browser, so that a closed window loses nothing ---

function onShelf() {
  try { return JSON.parse(localStorage.getItem(shelf)) ?? {}; } catch { return {}; }
}

function put(kept) {
  try {
    if (Object.keys(kept).length) localStorage.setItem(shelf, JSON.stringify(kept));
    else localStorage.removeItem(shelf);
    return true;
  } catch {
    return false;
  }
}

function keep(isPosted = false) {
  // Another tab may keep other questions of this page on the same shelf: only those changed here are written.
  const kept = onShelf();
  for (const key of changed) kept[key] = { pairs: typed(key), isPosted };
  return changed.size ? put(kept) : true;
}

function drop(key, pairs) {
  // Saved: off the shelf, but for what another tab has put there since.
  const kept = onShelf();
  if (!kept[key] || !isSame(kept[key].pairs, pairs)) return;
  delete kept[key];
  put(kept);
}

function bringBack() {
  // What an earlier visit could not send is put into its fields again, and sent.
  const kept = onShelf();
  for (const [key, { pairs, isPosted }] of Object.entries(kept)) {
    const mark = markOf(key);
    if (!mark) continue;
    const seen = pairs.find(([name]) => name === mark.name)?.[1] ?? mark.value;
    // Sent with the form's own button, and answered since: that is where it went.
    if (isSame(pairs, typed(key)) || (isPosted && parseInt(mark.value, 10) > parseInt(seen, 10))) { drop(key, pairs); continue; }
    for (const field of fieldsOf(key)) {
      if (field.type === "hidden") continue;
      const values = pairs.filter(([name]) => name === field.name).map(([, value]) => value);
      if (["radio", "checkbox"].includes(field.type)) field.checked = values.includes(field.value);
      else field.value = values[0] ?? "";
    }
    // The mark of the answer that was on the page then: if somebody wrote since, both texts are shown.
    mark.value = seen;
    changed.add(key);
  }
  if (changed.size) {
    say("· What you typed before is back, and being saved.", "kept");
    send();
  }
}

// --- sending ------------------------------------------------------------------------------------------------

function post(sent, signal) {
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  if (form.elements.opened_at) body.set("opened_at", form.elements.opened_at.value);
  for (const pairs of sent.values()) for (const [name, value] of pairs) body.append(name, value);
  return fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual", signal });
}

async function isSignedInAgain(signal) {
  // After another sign-in the page's own token is void: a fresh one, if the same person is there.
  const reply = await fetch(form.action, { redirect: "manual", signal });
  if (!reply.ok) return false;
  const fresh = parsed(await reply.text()).querySelector("form[data-autosave]");
  if (fresh?.dataset.autosave !== form.dataset.autosave) return false;
  form.elements.csrf_token.value = fresh.elements.csrf_token.value;
  return true;
}

function send() {
  clearTimeout(timer);
  if (!sending && changed.size) underWay = sendChanged();
}

async function sendChanged() {
  const sent = new Map([...changed].map((key) => [key, typed(key)]));
  say("· Saving…", "saving");
  const mine = (sending = new AbortController());
  const limit = setTimeout(() => mine.abort(), 20000);
  try {
    let reply = await post(sent, mine.signal);
    if ([400, 401].includes(reply.status) && (await isSignedInAgain(mine.signal))) reply = await post(sent, mine.signal);
    if (reply.ok) done(await reply.json(), sent);
    else refused(reply.status);
  } catch {
    if (!isLeaving) unreachable();
  } finally {
    clearTimeout(limit);
    if (sending === mine) sending = null;
  }
  if (changed.size && status.dataset.state === "saved") timer = setTimeout(send, PAUSE);
}

function done(reply, sent) {
  const problems = Object.entries(reply.problems);
  for (const [key, mark] of Object.entries(reply.saved)) {
    markOf(key).value = mark;
    // Typed on meanwhile: that is still to be sent.
    if (isSame(sent.get(key), typed(key))) changed.delete(key);
    drop(key, sent.get(key));
    tell(key, "");
  }
  for (const [place, words] of problems) {
    const key = place.split(".")[0];
    tell(key, `Not saved yet. ${words}`);
    changed.delete(key); // sent again once it is changed, or with the buttons; it stays on the shelf
  }
  for (const [key, clash] of Object.entries(reply.clashes)) {
    tell(key, `Not saved: ${clash.by} changed this at ${clash.at} to “${clash.kept}”. Press “Save and continue” to choose which text stands.`);
    changed.delete(key);
    clashing.add(key);
  }
  // Sent and not spoken of: no longer asked, given the other answers.
  for (const key of sent.keys()) if (!(key in reply.saved)) changed.delete(key);
  const left = problems.length + Object.keys(reply.clashes).length;
  const doubts = [...beneath(reply), ...reply.elsewhere].map((words) => ` · ${DOES_IT_FIT} ${words}`).join("");
  say((left ? `· Saved ${reply.at}, but for what is marked below` : `· Saved ${reply.at}`) + doubts, "saved");
  document.getElementById("progress").textContent = reply.progress;
  dispatchEvent(new CustomEvent("vfm:used", { detail: reply.ends_in }));
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
  const why = navigator.onLine ? "the server cannot be reached" : "no connection";
  say(keep() ? `· Not sent yet: ${why}. Kept in this browser, and sent as soon as it can be.` : `· Not sent yet: ${why}, and this browser keeps nothing. Leave this page open.`, "kept");
  timer = setTimeout(send, AGAIN);
}

function refused(code) {
  if (code >= 500) { unreachable(); return; }
  const kept = keep() ? "What you typed is kept in this browser." : "This browser keeps nothing: leave this page open.";
  if (code === 409) say(`· Not saved: it was sent for sign-off meanwhile. ${kept}`, "kept");
  else if (code === 413) say(`· Not saved: that is more than can be sent at once. ${kept} Shorten it.`, "kept");
  else if (code === 404) say(`· Not saved: this is not yours to answer any more. ${kept}`, "kept");
  else {
    say(`· Not saved: you are no longer signed in. ${kept} `, "signed-out");
    const link = document.createElement("a");
    Object.assign(link, { className: "govuk-link", href: `/sign-in?next=${encodeURIComponent(location.pathname)}`, target: "_blank", textContent: "Sign in again in a new tab, and it is saved." });
    status.append(link);
  }
}

// --- what follows from the answers --------------------------------------------------------------------------

// Without its style elements: their nonce is that of another page.
const parsed = (html) => new DOMParser().parseFromString(html.replace(/<style[^]*?<\/style>/g, ""), "text/html");

function beneath({ failed, worked_out: figures }) {
  // What follows from the answers of this section, beneath its questions; the doubts that are new are returned.
  const fresh = [];
  for (const question of questions()) {
    const field = question.querySelector(".govuk-form-group");
    const before = [...question.querySelectorAll(".vfm-failed")].map((line) => line.lastChild.textContent.trim());
    const now = failed.filter(([key]) => key === question.id).map(([, words]) => words);
    if (JSON.stringify(before) !== JSON.stringify(now)) {
      question.querySelectorAll(".vfm-failed").forEach((line) => line.remove());
      field.after(...now.map((words) => line("govuk-inset-text vfm-failed", part("strong", DOES_IT_FIT), ` ${words}`)));
      fresh.push(...now.filter((words) => !before.includes(words)));
    }
    const figure = figures[question.id];
    let shown = question.querySelector("[data-worked-out]");
    if (!figure) shown?.remove();
    else if (shown) shown.querySelector("strong").textContent = figure;
    else {
      shown = line("", "Worked out from your answers: ", part("strong", figure), ". Enter a figure only to correct it.");
      shown.dataset.workedOut = "";
      const facts = question.querySelector(".vfm-facts") ?? document.createElement("div");
      facts.className = "vfm-facts";
      if (!facts.parentNode) field.after(facts);
      facts.prepend(shown);
    }
  }
  return fresh;
}

function part(name, words) {
  return Object.assign(document.createElement(name), { textContent: words });
}

function line(className, ...parts) {
  const made = Object.assign(document.createElement("p"), { className });
  made.append(...parts);
  return made;
}

async function follow(asked) {
  // Questions that the answers brought up are fetched and put in their place; those no longer asked are hidden.
  const here = questions().map((question) => question.id);
  for (const question of questions()) question.hidden = !asked.includes(question.id);
  const missing = asked.filter((key) => !here.includes(key));
  if (!missing.length) return;
  const page = await fetch(form.action).then((reply) => reply.text()).catch(() => "");
  const fresh = parsed(page);
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
  if (added) say(`${status.textContent} · ${added === 1 ? "1 more question appeared" : `${added} more questions appeared`}`, "saved");
}

// --- what people do -----------------------------------------------------------------------------------------

function noted(event) {
  const field = event.target;
  if (!field.name || !field.name.includes(".")) return;
  // Which of two texts stands is said with the buttons, and what is typed there goes with it.
  if (document.getElementById(keyOf(field))?.querySelector(".vfm-clash")) return;
  changed.add(keyOf(field));
  tell(keyOf(field), "");
  keep();
  clearTimeout(timer);
  timer = setTimeout(send, event.type === "change" ? 300 : PAUSE);
}

function useFigure(event) {
  // "Use this figure" fills the answer in without leaving the page.
  const button = event.target.closest("button[name=use]");
  if (!button) return;
  const [key, amount] = button.value.split("|");
  const answer = form.elements[`${key}.value`];
  if (!answer) return;
  event.preventDefault();
  answer.value = amount;
  const state = form.elements[`${key}.state`];
  if (state) state.value = "";
  answer.dispatchEvent(new Event("change", { bubbles: true }));
  answer.focus();
}

function leaving(event) {
  clearTimeout(timer);
  if (!navigator.onLine) {
    event.preventDefault(); // the browser would show a page of its own in place of this one
    unreachable();
    return;
  }
  if (sending && !isLeaving) {
    // The button sends everything itself, once the save under way has ended: else the two would meet as if two
    // people had written.
    event.preventDefault();
    isLeaving = true;
    const limit = new Promise((done) => setTimeout(done, LEAVING));
    Promise.race([underWay, limit]).then(() => form.requestSubmit(event.submitter));
    return;
  }
  isLeaving = true;
  sending?.abort();
  for (const key of clashing) changed.add(key); // they go along, to be chosen between
  keep(true);
}

const retry = () => { if (["kept", "signed-out"].includes(status.dataset.state)) send(); };

form.addEventListener("input", noted);
form.addEventListener("change", noted);
form.addEventListener("click", useFigure);
form.addEventListener("submit", leaving);
addEventListener("pageshow", () => { isLeaving = false; });
addEventListener("online", send);
addEventListener("focus", retry);
addEventListener("vfm:used-elsewhere", retry);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") retry(); });
bringBack();
