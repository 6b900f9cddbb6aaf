/* The button that prints an article. Without it, the words beside it say how. */
const button = document.querySelector("button.print");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
