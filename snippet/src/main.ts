import { api } from './api';
import { attach } from './attach';
import { testScript } from './endpoint';
import { overlay } from './overlay/overlay';
import { query } from './query';
import { quiet } from './quiet';
import { replay } from './replay';
import { start } from './start';
import { tools } from './tools';

// What stands outside of functions, here and in every file, is quiet too: bundle.go wraps the whole script.
const { touch, q = [] } = window.tributary ?? {};

/** A visit to a page. */
const visit = (): void => {
  quiet(start)();
  attach(document);
  tools();
  // The last that is done, so that whatever stands there in place of a list does no harm.
  (TEST ? quiet(replay) : replay)(q);
  if (TEST) quiet(overlay)();
};

if (!TEST && query.get('tributary_test') === '1') import(testScript).catch(quiet); // which does nothing with an error
// Else the tag stands on the page twice, and the other was first.
else if (!touch) {
  window.tributary = { ...api, q };
  // A page that the browser prepares ahead may never be seen: it is no visit yet.
  if ((document as { prerendering?: boolean }).prerendering) document.addEventListener('prerenderingchange', quiet(visit));
  else visit();
}
