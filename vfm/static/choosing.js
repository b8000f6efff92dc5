// Says of a file that it is too large as soon as it is chosen, and holds it back: nobody waits for an upload that
// is refused. An extra: the server says the same, without having read the file.
for (const field of document.querySelectorAll("input[type=file][data-largest]")) {
  const group = field.closest(".govuk-form-group");
  const words = document.createElement("p");
  words.id = `${field.id}-too-large`;
  words.className = "govuk-error-message";
  words.setAttribute("role", "alert");

  const isTooLarge = () => [...field.files].some((file) => file.size > Number(field.dataset.largest));
  const described = () => (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== words.id);

  const look = () => {
    const tooLarge = isTooLarge();
    group.classList.toggle("govuk-form-group--error", tooLarge);
    if (tooLarge) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    field.setAttribute("aria-describedby", [...described(), ...(tooLarge ? [words.id] : [])].join(" "));
    words.textContent = tooLarge ? field.dataset.tooLarge : "";
    if (tooLarge) field.before(words);
    else words.remove();
  };

  if (isTooLarge()) look(); // chosen before this script was there
  field.addEventListener("change", look);
  field.form.addEventListener("submit", (event) => {
    if (!isTooLarge()) return;
    event.preventDefault();
    look();
    field.focus();
  });
}
