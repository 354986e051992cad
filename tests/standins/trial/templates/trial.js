// What changed on the page is drawn anew every second, but never under somebody's fingers.
const busy = (part) => part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
const view = (part) => part.querySelector("[data-view]")?.dataset.view;
const before = new WeakMap();

function drawn(parts) {
  document.querySelectorAll("[data-live]").forEach((part, index) => {
    const fresh = parts[index];
    if (!fresh || busy(part) || before.get(part) === fresh.innerHTML) return;
    const same = view(part) && view(part) === view(fresh) && part.querySelector("fieldset");
    before.set(part, fresh.innerHTML);
    if (!same) part.innerHTML = fresh.innerHTML;
  });
}

async function look() {
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok) drawn(new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("[data-live]"));
}
setInterval(look, 1000);

async function search(box) {
  const form = new URLSearchParams(new FormData(box.closest("form")));
  form.set("action", box.dataset.action);
  form.set("query", box.querySelector("input").value);
  const answer = await fetch("/page/search", { method: "POST", body: form });
  const found = JSON.parse(new URL(answer.url).searchParams.get("found") || "[]");
  box.querySelector("select").replaceChildren(...found.map((each) => new Option(each.text.text, JSON.stringify(each))));
}
document.addEventListener("input", (event) => {
  const box = event.target.closest(".search");
  if (box && event.target.type === "search" && event.target.value.length > 1) search(box);
});
