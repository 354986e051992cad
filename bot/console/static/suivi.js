// The tracking page looks again as long as something can still happen: soon at first, for who has just written; then
// every five seconds.

import { morph } from "./morph.js";

const [SOON, LATER] = [1000, 5000];
let pause = SOON;
const part = () => document.getElementById("suivi");

async function look() {
  try {
    const answer = await fetch(location.href.split("#")[0].replace(/\/reponse$/, ""), { cache: "no-store" });
    // While the database is away the page keeps showing what it last knew.
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // No network for now: the next look comes by itself.
  }
  plan();
}

function show(page) {
  const fresh = page.getElementById("suivi");
  const before = part().dataset.label;
  morph(part(), fresh);
  document.title = page.title;
  if (fresh.dataset.label !== before) document.getElementById("annonces").textContent = fresh.dataset.label;
}

function plan() {
  if (part().hasAttribute("data-alive")) setTimeout(look, pause);
  pause = Math.min(pause * 1.5, LATER);
}

plan();
