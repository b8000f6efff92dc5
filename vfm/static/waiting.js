// Shows how far long work is without a reload, then opens its report. An extra: the page has a link to refresh.
const box = document.querySelector("[data-waiting]");
const EVERY = 2000; // milliseconds

async function look() {
  try {
    const response = await fetch(location.href, { headers: { Accept: "application/json" } });
    if (response.ok) {
      const { done, total, is_over: isOver } = await response.json();
      if (isOver) { location.reload(); return; }
      const bar = box.querySelector("progress");
      bar.max = total || 1;
      bar.value = done;
      if (total) box.querySelector("[data-words]").textContent = `${done} of ${total} workbooks.`;
    }
  } catch { /* no connection for a moment: look again */ }
  setTimeout(look, EVERY);
}

if (box) setTimeout(look, EVERY);
