// What ours is measured against: the least that a script must do on such a page, with nothing asked and nothing checked.
// It keeps a touch, reports it, and puts two fields into each form that is there or comes.
(() => {
  window.tributary = { touch: () => document.cookie };
  document.cookie = 'bare=1;path=/;max-age=99';
  localStorage.setItem('bare', '{}');
  fetch(new URL('/fence', document.currentScript.src), { method: 'POST', body: localStorage.getItem('bare'), keepalive: true }).catch(() => {});
  localStorage.removeItem('bare');

  const { append, querySelectorAll } = Element.prototype;
  const fill = (form) => {
    for (const name of ['affiliate', 'tributary_id']) {
      const input = document.createElement('input');
      input.type = 'hidden';
      input.name = name;
      input.value = '1234';
      append.call(form, input);
    }
  };
  const fillIn = (nodes) => {
    for (const node of nodes)
      if (node instanceof HTMLFormElement) fill(node);
      else if (node instanceof Element) for (const form of querySelectorAll.call(node, 'form')) fill(form);
  };

  let waiting = [];
  const look = (changes) => {
    if (!waiting.length)
      requestIdleCallback(() => {
        for (const { addedNodes } of waiting) fillIn(addedNodes);
        waiting = [];
        observer.takeRecords();
      });
    waiting.push(...changes);
  };
  const observer = new MutationObserver(look);
  addEventListener('load', () => {
    observer.observe(document, { childList: true, subtree: true });
    look([{ addedNodes: document.childNodes }]);
  });
})();
