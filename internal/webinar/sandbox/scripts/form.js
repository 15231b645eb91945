// The form of the vendor's frame and of its hosted page: it posts JSON by XHR, and only then sends the visitor on.
const form = document.querySelector('form');
const framed = parent !== window;

function tell(message) {
  if (framed) parent.postMessage({ frame: window.name, ...message }, '*');
}

function utm() {
  return Object.fromEntries([...new URLSearchParams(location.search)].filter(([name]) => name.startsWith('utm_')));
}

function answered(request) {
  if (request.status === 429) return tell({ func: 'error', errorCode: '429' });
  const answer = JSON.parse(request.responseText);
  if (!answer.redirect) {
    document.querySelector('[role=alert]').textContent = Object.values(answer.errors).join(' ');
    return;
  }
  if (framed) tell({ func: 'redirect', url: answer.redirect });
  else location.href = answer.redirect;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const request = new XMLHttpRequest();
  request.open('POST', form.action);
  request.setRequestHeader('Content-Type', 'application/json');
  request.onload = () => answered(request);
  const { first_name, last_name, email, phone_country_code, phone, schedule } = form.elements;
  request.send(
    JSON.stringify({
      first_name: first_name.value,
      last_name: last_name.value,
      email: email.value,
      phone_country_code: phone_country_code.value,
      phone: phone.value,
      schedule: schedule.value,
      utm: utm(),
    }),
  );
});

addEventListener('load', () => {
  tell({ func: 'loaded', hash: form.dataset.hash });
  tell({ func: 'resize', height: document.documentElement.scrollHeight });
});
