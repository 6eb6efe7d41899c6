// What the pages do beyond htmx: keep an answer through a lost connection. Forms carry their own id, so that sending
// again is the same answer.
const WAIT = 3000;

document.addEventListener("htmx:sendError", (event) => {
  document.getElementById("offline").hidden = false;
  const form = event.detail.elt;
  const submitter = event.detail.requestConfig.triggeringEvent?.submitter;
  setTimeout(() => form.isConnected && form.requestSubmit(submitter ?? undefined), WAIT);
});

document.addEventListener("htmx:afterOnLoad", () => {
  document.getElementById("offline").hidden = true;
});

// A sheet closes when something else is touched.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.choose[open], details.self[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
