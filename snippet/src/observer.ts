import { look } from './look';
import { quiet } from './quiet';

/** Sees what comes into every root, and what goes, and leaves it for later. */
export const observer = /* @__PURE__ */ new MutationObserver(/* @__PURE__ */ quiet((changes) => look(changes)));
