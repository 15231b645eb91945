/** The frame of the page that a message came from, if a page of the vendor is in it. */
export const senderOf = ({ origin, source }: MessageEvent, host: RegExp): HTMLIFrameElement | undefined =>
  origin.startsWith('https:') && host.test(new URL(origin).hostname)
    ? [...document.querySelectorAll('iframe')].find((frame) => frame.contentWindow === source)
    : undefined;
