// What HTML alone can't do: a modal dialog, Enter to send, staying at the newest message.
"use strict";

const overlay = document.getElementById("overlay");
const above = document.getElementById("above");
const composer = document.getElementById("composer");
const text = document.getElementById("text");
const toasts = document.getElementById("toasts");
const offline = document.getElementById("offline");
const NEAR_END = 160;
const TOAST_STAYS = 10000;

// The dialog

function showOverlay() {
  if (!overlay) return;
  const filled = overlay.querySelector("h2") !== null;
  if (!filled) return overlay.close();
  if (!overlay.matches(":modal")) {
    overlay.close();
    overlay.showModal();
  }
  const first = overlay.querySelector("#overlay-errors") || overlay.querySelector("#overlay-title");
  first.focus();
}

function showAbove() {
  if (!above.matches(":modal")) above.showModal();
  above.querySelector("#above-title").focus();
}

if (above) above.addEventListener("close", () => above.replaceChildren());

if (overlay) {
  overlay.addEventListener("close", () => overlay.replaceChildren());
  if (overlay.open) showOverlay();
}

// Staying at the newest message

const root = document.scrollingElement;
const atEnd = () => root.scrollHeight - root.scrollTop - innerHeight < NEAR_END;
const toEnd = () => root.scrollTo({ top: root.scrollHeight, behavior: "instant" });
let follows = true;
let heldBy = null;

if (composer) {
  toEnd();
  addEventListener("load", toEnd);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const from = event.detail.requestConfig.elt;
  if (event.detail.xhr.status >= 400 && event.detail.requestConfig.verb === "get") {
    event.detail.shouldSwap = false;
    return;
  }
  if (from.id !== "poll") return;
  follows = atEnd();
  heldBy = document.activeElement.closest(".bubble")?.id;
});

document.addEventListener("htmx:afterSettle", (event) => {
  const from = event.detail.requestConfig?.elt;
  if (event.detail.target === overlay) return showOverlay();
  if (event.detail.target === above) return showAbove();
  if (from?.id !== "poll") return;
  if (follows) toEnd();
  // A pressed button may be gone now: keep the place in the thread for the keyboard.
  if (heldBy && document.activeElement === document.body) {
    document.getElementById(heldBy)?.focus({ preventScroll: true });
  }
});

// Sending what was typed

let pending = null;

if (composer) {
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    composer.requestSubmit();
  });
  composer.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt !== composer) return;
    if (!text.value.trim()) return event.preventDefault();
    const token = composer.elements.token;
    pending = { text: text.value, token: token.value };
    token.value = crypto.randomUUID();
    text.value = "";
    follows = true;
    toEnd();
  });
  composer.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== composer || event.detail.successful || !pending) return;
    // The same token again: should it have been kept after all, sending again adds nothing.
    composer.elements.token.value = pending.token;
    text.value = [pending.text, text.value].filter(Boolean).join("\n");
    text.focus();
  });
}

// Notices, and a server that does not answer

if (toasts) {
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) setTimeout(() => node.remove(), TOAST_STAYS);
    }
  }).observe(toasts, { childList: true });
}

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    const server = name !== "htmx:responseError" || event.detail.requestConfig.verb === "get";
    if (offline && server) offline.hidden = false;
  });
}
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (offline && event.detail.xhr.status < 400) offline.hidden = true;
});
