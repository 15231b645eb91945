document.querySelectorAll('.wj-embed-button[data-webinarHash="' + webinar.hash + '"]').forEach(function (button) {
  button.addEventListener('click', open);
});

function open() {
  var overlay = document.createElement('div');
  overlay.className = 'wj_registration-overlay';
  overlay.style.cssText = 'position:fixed;inset:0;background:#0009;display:grid;place-items:center;z-index:9999';
  var frame = document.createElement('iframe');
  frame.id = 'wj_registration_frame';
  frame.style.cssText = 'width:min(30rem,94vw);height:24rem;border:0;background:#fff';
  frame.src =
    webinar.origin + '/register/' + webinar.hash + '/form?ts=' + Date.now() + '&offset=' + new Date().getTimezoneOffset();
  overlay.append(frame);
  document.body.append(overlay);
  overlay.addEventListener('click', function () { overlay.remove(); });
  addEventListener('message', function (event) {
    if (event.origin === webinar.origin && event.source === frame.contentWindow && event.data.func === 'redirect')
      location.href = event.data.url;
  });
}
