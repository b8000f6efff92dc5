// Starts the design system's script where it was fetched, then each of ours that the page asks for.
// Everything here is an extra: without it every page still works.
const look = document.querySelector('meta[name="look-js"]')?.content;
if (look) import(look).then((govuk) => govuk.initAll()).catch(() => {});
if (document.querySelector("[data-chart]")) import(document.querySelector('meta[name="charts-js"]').content);
if (document.querySelector("[data-designer]")) import(document.querySelector('meta[name="designer-js"]').content);
if (document.querySelector("[data-autosave]")) import(document.querySelector('meta[name="autosave-js"]').content);
if (document.querySelector("[data-picked]")) import(document.querySelector('meta[name="picking-js"]').content);
if (document.querySelector("[data-largest]")) import(document.querySelector('meta[name="choosing-js"]').content);
if (document.querySelector("[data-rehearsal]")) import(document.querySelector('meta[name="rehearsal-js"]').content);
if (document.querySelector("[data-plan]")) import(document.querySelector('meta[name="planning-js"]').content);
const stays = document.querySelector("[data-stay]"); // staying.js does it itself
if (stays) import(document.querySelector('meta[name="staying-js"]').content);
// Any page of the site is use of it: forms open in other tabs then know how long the sign-in lasts (staying.js).
try { if (!stays && document.body.dataset.endsIn) localStorage.setItem("vfm:ends", String(Date.now() + 1000 * document.body.dataset.endsIn)); } catch { /* each tab counts for itself */ }
