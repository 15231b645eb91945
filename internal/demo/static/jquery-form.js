import { showReceipt } from "./receipt.js";

const $ = window.jQuery;

$("#honey-form").on("submit", function (event) {
  event.preventDefault();
  $.ajax({ url: this.action, method: "POST", data: $(this).serialize(), dataType: "json" })
    .done((answer) => showReceipt(this, answer))
    .fail((xhr) => showReceipt(this, xhr.responseJSON ?? { error: "The form vendor could not be reached." }));
});
