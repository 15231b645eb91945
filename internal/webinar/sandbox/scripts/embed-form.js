// The address is read first, while the script runs, and as it is: a fragment is part of the last value, what was escaped
// is written plainly afterwards, and an escape that is none ends it all.
var utm = location.href
  .split('?')
  .slice(1)
  .join('?')
  .split('&')
  .filter(function (pair) {
    return pair.indexOf('utm_') === 0;
  })
  .map(decodeURIComponent);

var ts = Date.now();

function show(wrapper) {
  var frame = document.createElement('iframe');
  frame.name = 'wj_embed_' + ts + '_' + Math.floor(Math.random() * 1e6);
  frame.style.cssText = 'width:100%;height:300px;border:0';
  frame.src =
    webinar.origin + '/register/' + webinar.id + '/' + webinar.hash + '/form-embed?ts=' + ts +
    '&webinar_id=' + webinar.id + '&offset=' + new Date().getTimezoneOffset() +
    utm.map(function (pair) { return '&' + pair; }).join('');
  wrapper.appendChild(frame);
  return frame;
}

var frames = Array.prototype.map.call(
  document.querySelectorAll('.wj-embed-wrapper[data-webinar-hash="' + webinar.hash + '"]'),
  show,
);

addEventListener('message', function (event) {
  if (event.origin !== webinar.origin) return;
  var frame = frames.filter(function (one) { return one.contentWindow === event.source; })[0];
  if (!frame) return;
  if (event.data.func === 'resize') frame.style.height = event.data.height + 'px';
  if (event.data.func === 'redirect') location.href = event.data.url;
});
