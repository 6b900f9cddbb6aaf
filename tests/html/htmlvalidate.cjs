/* Which rules every page keeps: all that html-validate recommends, but for what is mere style or not ours to say. */
module.exports = {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // Style: HTML allows both ways, and Django's admin, from which the page to sign in comes, has the other one.
    "doctype-style": "off",
    "no-trailing-whitespace": "off",
    "void-style": "off",
    "prefer-button": "off",
    // Style: a button in a form submits it, which is what is meant wherever no type stands.
    "no-implicit-button-type": "off",
    // For search engines, not for HTML: a title has the words of its article, however many, and then the site's name.
    "long-title": "off",
    // No rule of HTML: the checkboxes of one question share a name, with a hidden field or a button (“none”) beside them.
    "form-dup-name": "off",
    // No native element fits: a box that scrolls is no section of the text, and suggestions are links, which no select holds.
    "prefer-native-element": ["error", { exclude: ["region", "listbox"] }],
    // A list of terms may have a name (ARIA in HTML); the default knows only landmarks and controls.
    "aria-label-misuse": ["error", { allowAnyNamable: true }],
  },
};
