const wait = 2000;

// The form stands in a <template>, so it is not in the page, and no script can find it, before it is inserted.
function insert() {
  document.getElementById("late-place").replaceChildren(document.getElementById("late-form").content.cloneNode(true));
}

addEventListener("load", () => setTimeout(insert, wait));
