/** A document that shows nothing and runs nothing: copies of what the page has are looked at in it. */
export const inert = document.implementation.createHTMLDocument('');
