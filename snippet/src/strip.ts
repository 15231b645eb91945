/** Takes the parameters whose names begin so out of the address bar. The others stay letter for letter. */
export const strip = (name: string): void => {
  const { search, href } = location;
  const rest = search.replace(new RegExp(`\\b${name}[^&]*&?`, 'g'), '').replace(/[?&]$/, '');
  if (rest !== search)
    history.replaceState(
      history.state,
      '',
      href.replace(search, () => rest),
    );
};
