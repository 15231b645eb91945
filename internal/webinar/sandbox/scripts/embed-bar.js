var bar = document.createElement('div');
bar.className = 'wj-embed-bar';
bar.style.cssText = 'position:fixed;inset:auto 0 0 0;padding:.6rem;background:#223;color:#fff;text-align:center;z-index:9998';
var link = document.createElement('a');
link.textContent = webinar.title + ': reserve your seat';
link.style.color = 'inherit';
link.href = webinar.origin + '/register/' + webinar.id + '/' + webinar.hash;
bar.append(link);
document.body.append(bar);
