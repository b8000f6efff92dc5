// Asks the server again after each change of a rehearsal, and shows what it says: the questions now asked, the
// score, the route. An extra: the buttons of the form do the same without it.
const form = document.querySelector("form[data-rehearsal]");
const list = document.getElementById("questions");
const panel = document.getElementById("panel");
const said = document.getElementById("said");
const PAUSE = 500; // milliseconds without a key before asking
const shown = new Map(); // question key -> its markup as the server last sent it
let asking = null;
let timer = 0;

const say = (words) => { if (said.textContent !== words) said.textContent = words; };
const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

async function ask() {
  const mine = (asking = new AbortController());
  try {
    const reply = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, redirect: "error", signal: mine.signal });
    if (!reply.ok) throw new Error(reply.status);
    const parts = await reply.json();
    if (mine !== asking) return; // typed on meanwhile: that is being asked next
    showQuestions(parsed(parts.questions));
    showPanel(parsed(parts.panel));
    say(parts.said);
  } catch (error) {
    if (error.name !== "AbortError") say("This could not be worked out just now. What you typed is still here: press “Show what this gives” to try again.");
  }
}

function showQuestions(fresh) {
  // The question somebody is at stays as it is, with the focus and what is being typed; all else follows the server.
  const busy = document.activeElement?.closest("#questions [data-question]");
  const stood = busy?.getBoundingClientRect().top;
  const nodes = [...fresh.body.children].map((node) => kept(node, busy) ?? document.importNode(node, true));
  const at = nodes.indexOf(busy);
  for (const old of [...list.children]) if (!nodes.includes(old)) old.remove();
  if (at < 0) list.replaceChildren(...nodes);
  else {
    busy.before(...nodes.slice(0, at));
    busy.after(...nodes.slice(at + 1));
    scrollBy(0, busy.getBoundingClientRect().top - stood);
  }
}

function kept(node, busy) {
  // The node on the page that may stay in the place of this one, if there is one.
  const here = node.id && document.getElementById(node.id);
  const before = shown.get(node.id);
  shown.set(node.id, node.outerHTML);
  if (!here) return null;
  if (here !== busy) return before === node.outerHTML ? here : null;
  here.querySelector("[data-beneath]").replaceWith(document.importNode(node.querySelector("[data-beneath]"), true));
  shown.delete(node.id);
  return here;
}

function showPanel(fresh) {
  const open = new Set([...panel.querySelectorAll("details[open]")].map((one) => one.id));
  const focused = panel.contains(document.activeElement) ? document.activeElement.id : "";
  for (const one of fresh.querySelectorAll("details")) one.open = open.has(one.id);
  panel.replaceChildren(...[...fresh.body.children].map((node) => document.importNode(node, true)));
  if (focused) document.getElementById(focused)?.focus();
}

function noted(event) {
  if (!event.target.closest("#questions")) return;
  clearTimeout(timer);
  asking?.abort();
  asking = null;
  timer = setTimeout(ask, event.type === "change" ? 50 : PAUSE);
}

form.addEventListener("input", noted);
form.addEventListener("change", noted);
form.addEventListener("submit", () => { clearTimeout(timer); asking?.abort(); });
