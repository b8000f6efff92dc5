// Drag a review of the timeline to another quarter: it opens the page that says what gives. An extra: the table's
// links lead to the same page, and nothing changes before it is confirmed there.
const drawing = document.querySelector("[data-plan]");
const keys = drawing.dataset.plan.split(" ");
const columns = [...drawing.querySelectorAll(".vfm-plan__back > span")];
let dragged = null;

function quarterAt(x) {
  return columns.findIndex((column) => {
    const { left, right } = column.getBoundingClientRect();
    return left <= x && x < right;
  });
}

function mark(index) {
  columns.forEach((column, at) => column.classList.toggle("vfm-plan__to", at === index));
}

for (const bar of drawing.querySelectorAll("[data-move]")) {
  bar.title = "Drag it to another quarter to see what gives";
  bar.addEventListener("dragstart", (event) => {
    dragged = bar;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", bar.dataset.move);
  });
  bar.addEventListener("dragend", () => {
    dragged = null;
    mark(-1);
  });
}

drawing.addEventListener("dragover", (event) => {
  const at = dragged ? quarterAt(event.clientX) : -1;
  if (at < 0) return;
  event.preventDefault();
  mark(at);
});

drawing.addEventListener("drop", (event) => {
  const at = dragged ? quarterAt(event.clientX) : -1;
  if (at < 0) return;
  event.preventDefault();
  location.assign(`${dragged.dataset.move}?to=${encodeURIComponent(keys[at])}`);
});
