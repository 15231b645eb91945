/** Takes parameters out of the address bar, each with the & that follows it. The others stay letter for letter. */
export const strip = (names: RegExp): void => {
  const { search, href } = location;
  const rest = search.replace(names, '').replace(/[?&]$/, '');
  if (rest !== search)
    history.replaceState(
      history.state,
      '',
      href.replace(search, () => rest),
    );
};
