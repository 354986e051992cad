// The room's screen: the board, plus its channels, states and search, changed without leaving the page.

import { startBoard } from "./board.js";
import { soundButton } from "./sound.js";

const PAUSE = 250;
const form = document.getElementById("recherche");
const look = startBoard(() => `/salle/fiches${location.search}`);
soundButton(document.getElementById("son"));

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-screen]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  fillForm();
  look();
});

addEventListener("popstate", () => {
  fillForm();
  look();
});

let waiting = 0;
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(search, PAUSE);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(waiting);
  search();
});

function search() {
  const wanted = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
  history.replaceState(null, "", `/salle?${wanted}`);
  look();
}

function fillForm() {
  const chosen = new URLSearchParams(location.search);
  for (const name of ["canal", "etat", "q"]) form.elements[name].value = chosen.get(name) ?? "";
}
