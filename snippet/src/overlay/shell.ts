import { quiet } from '../quiet';
import { make } from './make';
import { style } from './style';

/** A style sheet that is made by script needs no word of the page's policy; an older Safari needs an element. */
const dress = (root: ShadowRoot): void => {
  const adopt = quiet(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    return (root.adoptedStyleSheets = [sheet]);
  });
  if (!adopt()) root.append(make('style', {}, style));
};

/** In the top layer, above the page's own dialogs. Fixed as it is, it stays in sight without, too. */
const raise = (host: HTMLElement): void => {
  host.setAttribute('popover', 'manual');
  quiet(() => host.showPopover())();
};

/** Makes the place of the overlay: beside the body, where no framework of the page clears it away. */
export const shell = (): ShadowRoot => {
  const host = make('div', { 'data-tributary': 'off' });
  const root = host.attachShadow({ mode: 'open' });
  dress(root);
  document.documentElement.append(host);
  raise(host);
  return root;
};
