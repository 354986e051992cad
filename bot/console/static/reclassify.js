// "Reclasser": type a word, choose among the procedures found. Without script the browser's own list does the work.

const PAUSE = 180;

/** Answer every reclassification field below `root`, now and later. */
export function listenForSearch(root) {
  document.getElementById("procedures")?.remove(); // our list replaces the browser's
  document.documentElement.classList.add("scripted");
  let waiting = 0;
  root.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-reclassify]");
    if (!form || event.target.name !== "procedure") return;
    clearTimeout(waiting);
    waiting = setTimeout(() => search(form, event.target.value), PAUSE);
  });
  root.addEventListener(
    "toggle",
    (event) => {
      if (event.target.matches?.("details.gesture[open]")) event.target.querySelector("input, select")?.focus();
    },
    true,
  );
  root.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && event.target.closest?.("details.gesture[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });
  // Enter in the search field is not a choice yet.
  root.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.("form[data-reclassify] input")) event.preventDefault();
  });
}

async function search(form, words) {
  const list = form.querySelector(".found");
  const said = form.querySelector(".hint");
  if (!words.trim()) return void (list.replaceChildren(), (said.textContent = ""));
  const answer = await fetch(`/salle/procedures?${new URLSearchParams({ q: words })}`);
  if (!answer.ok) return;
  const found = await answer.json();
  list.replaceChildren(...found.map(choice));
  said.textContent = found.length ? `${found.length} procédure${found.length > 1 ? "s" : ""}` : "Aucune procédure : essayez un autre mot.";
}

function choice({ id, title, cue, severity }) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  const name = document.createElement("strong");
  const more = document.createElement("small");
  button.type = "submit";
  button.name = "procedure";
  button.value = id;
  button.formNoValidate = true;
  button.className = `severity-${severity}`;
  name.textContent = title;
  more.textContent = cue;
  button.append(name, more);
  item.append(button);
  return item;
}
