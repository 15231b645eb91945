/** Where forms live: a page, a frame's document, or a shadow root, whose submit events do not leave it. */
export type Root = Document | ShadowRoot;
