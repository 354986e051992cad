// Bring a live part of the page up to date without losing what the person is doing in it:
// focus, typed text, open <details> and scroll stay, because nodes are changed in place and moved by key.

/** The element described by `html`, a fragment with one root. */
export function parse(html) {
  return new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
}

/** Make `from` look like `to` (same tag). Children with `data-key` or `id` are followed when they move. */
export function morph(from, to) {
  if (from.isEqualNode(to)) return;
  syncAttributes(from, to);
  // What a script fills (data-own) and what a person types are not the server's.
  if (!from.hasAttribute("data-own") && from.nodeName !== "TEXTAREA") syncChildren(from, to);
}

function syncAttributes(from, to) {
  const kept = { DETAILS: ["open"], INPUT: from.type === "hidden" ? [] : ["value"] }[from.nodeName] ?? [];
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !kept.includes(name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !kept.includes(name)) from.setAttribute(name, value);
  }
}

function syncChildren(from, to) {
  const keyed = new Map();
  for (const child of from.children) if (keyOf(child)) keyed.set(keyOf(child), child);
  let cursor = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const match = keyOf(wanted) ? sameTag(keyed.get(keyOf(wanted)), wanted) : unkeyed(cursor, wanted);
    if (!match) {
      from.insertBefore(document.importNode(wanted, true), cursor);
      continue;
    }
    cursor = bringTo(from, cursor, match);
    if (match.nodeType === Node.ELEMENT_NODE) morph(match, wanted);
    else if (match.nodeValue !== wanted.nodeValue) match.nodeValue = wanted.nodeValue;
  }
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
}

// A moved element loses focus: when the wanted one holds it, what stands before it makes way instead.
function bringTo(parent, cursor, match) {
  if (match === cursor) return match.nextSibling;
  if (match.contains(document.activeElement)) {
    for (let node = cursor; node !== match; ) {
      const next = node.nextSibling;
      parent.appendChild(node);
      node = next;
    }
    return match.nextSibling;
  }
  parent.insertBefore(match, cursor);
  return cursor;
}

function unkeyed(cursor, wanted) {
  for (let node = cursor; node; node = node.nextSibling) {
    if (!keyOf(node) && node.nodeName === wanted.nodeName) return node;
  }
  return null;
}

function sameTag(node, wanted) {
  return node?.nodeName === wanted.nodeName ? node : null;
}

function keyOf(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.dataset.key || node.id : "";
}
