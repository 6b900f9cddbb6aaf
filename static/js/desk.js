// The desk: warn before an unsaved form is left, and say so where saving takes long. All else works without script.
const form = document.querySelector("#content-main form[method=post]");
if (form) {
  let unsaved = document.querySelector(".errornote, .conflict") !== null;
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget === "_blank") return;
    unsaved = false;
    form.ariaBusy = "true";
  });
  addEventListener("pageshow", () => { form.ariaBusy = null; });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
}
