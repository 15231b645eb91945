// showReceipt puts the vendor's answer below a form: every field that it received, or why it took none.
export function showReceipt(form, answer) {
  const place = form.parentElement.querySelector(".receipt");
  place.replaceChildren(...(answer.error ? [line(answer.error)] : [line("Thank you. The form vendor received:"), table(answer.fields)]));
  if (!answer.error) form.reset();
}

function line(text) {
  return element("p", text);
}

function table(fields) {
  const table = element("table");
  table.className = "fields";
  table.append(...fields.map(row));
  return table;
}

function row(field) {
  const row = element("tr");
  const name = element("th", field.name);
  name.scope = "row";
  if (field.hidden) {
    row.className = "hidden-field";
    name.append(" ", mark());
  }
  row.append(name, element("td", field.value));
  return row;
}

function mark() {
  const mark = element("span", "hidden");
  mark.className = "mark";
  return mark;
}

// Values are set as text: whatever a field holds, it is never read as markup.
function element(name, text = "") {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
