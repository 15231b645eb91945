import { look } from './look';
import { quiet } from './quiet';
import { touched } from './touched';

/** Sees what comes into every root, and leaves it for later. */
export const observer = /* @__PURE__ */ new MutationObserver(
  /* @__PURE__ */ quiet((changes) => {
    look(touched(changes));
  }),
);
