// The desk: warn before an unsaved form is left. Everything else here works without script.
const form = document.querySelector("#content-main form[method=post]");
if (form) {
  let unsaved = document.querySelector(".errornote, .conflict") !== null;
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget !== "_blank") unsaved = false;
  });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
}
