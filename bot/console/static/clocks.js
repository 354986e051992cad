// Ages and countdowns tick here, on the server's clock, so that a screen whose own clock is wrong still tells true.

let ahead = 0; // milliseconds by which the server's clock is ahead of ours

/** Take the server's time, as found in a fresh fragment. */
export function setServerTime(iso) {
  if (iso) ahead = Date.parse(iso) - Date.now();
}

/** Write every age and countdown below `root`. */
export function tick(root = document) {
  const now = Date.now() + ahead;
  for (const node of root.querySelectorAll("[data-age]")) write(node, age(now - Date.parse(node.dateTime)));
  for (const node of root.querySelectorAll("[data-countdown]")) {
    const left = Date.parse(node.dataset.countdown) - now;
    write(node, `${node.dataset.words} ${left > 0 ? `dans ${remaining(left)}` : "maintenant…"}`);
    node.classList.toggle("soon", left < 60_000);
  }
}

/** Begin ticking every second. */
export function startClocks() {
  tick();
  setInterval(tick, 1000);
}

function write(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

function age(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 1) return "à l'instant";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)}`;
  return `${Math.floor(minutes / 1440)} j`;
}

function remaining(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor(seconds / 60) % 60)}`;
}

function two(number) {
  return String(number).padStart(2, "0");
}
