import { ifYoung } from './ifYoung';
import { kept } from './kept';
import { quiet } from './quiet';
import { setCookie } from './setCookie';
import { state } from './state';
import type { Touch } from './touch';

/** Takes a new touch. The first stays; where it earns, the next oldest takes its place once it is too old for that. */
export const remember = (latest: Touch): void => {
  const old = kept();
  const first = FIRST_EARNS ? [old.first, old.latest].find(ifYoung) : old.first;
  const held = { ...old, first: first ?? latest, latest };
  if (!quiet(setCookie)(btoa(JSON.stringify(held)), WINDOW / 1000)) state.held = held;
};
