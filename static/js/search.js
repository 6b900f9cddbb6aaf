// The suggestions below the search as a combobox: arrow keys, Enter, Escape. Without script it is a plain form.
const box = document.getElementById("q");
const list = document.getElementById("suggestions");
const options = () => [...list.querySelectorAll("[role=option]")];
let at = -1;
function choose(place) {
  at = place;
  options().forEach((option, n) => option.setAttribute("aria-selected", n === at));
  if (at < 0) box.removeAttribute("aria-activedescendant");
  else {
    box.setAttribute("aria-activedescendant", options()[at].id);
    options()[at].scrollIntoView({ block: "nearest" });
  }
}
function show(open) {
  list.hidden = !open;
  box.setAttribute("aria-expanded", open);
  choose(-1);
}
box.setAttribute("role", "combobox");
box.setAttribute("aria-autocomplete", "list");
box.setAttribute("aria-controls", list.id);
show(false);
list.addEventListener("htmx:afterSwap", () => show(document.activeElement === box && options().length > 0));
box.addEventListener("focusout", (event) => { if (!list.contains(event.relatedTarget)) show(false); });
box.addEventListener("keydown", (event) => {
  const count = options().length;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && count) {
    if (list.hidden) show(true);
    choose(((at + step + 1 + count + 1) % (count + 1)) - 1);
  } else if (event.key === "Enter" && at >= 0 && !list.hidden) options()[at].click();
  else if (event.key === "Escape" && !list.hidden) show(false);
  else return;
  event.preventDefault();
});
