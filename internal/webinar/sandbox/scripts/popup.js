document.querySelectorAll('.wj-popup[data-memberid][data-webicode]').forEach(function (button) {
  button.addEventListener('click', function (event) {
    event.preventDefault();
    var frame = document.getElementById('wj-frame') || document.createElement('iframe');
    frame.id = 'wj-frame';
    frame.style.cssText = 'position:fixed;inset:10% 10% auto;width:80%;height:24rem;border:1px solid;background:#fff;z-index:9999';
    frame.src =
      webinar.origin + '/registerBoxEvergreen/' + button.dataset.memberid + '/' + button.dataset.webicode + '?ts=' + Date.now();
    document.body.append(frame);
  });
});
addEventListener('message', function (event) {
  if (event.origin === webinar.origin && event.data.func === 'redirect') location.href = event.data.url;
});
