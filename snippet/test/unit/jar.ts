/** A page on a host, with as much of a browser's cookie jar as the snippet relies on. */
export class Jar {
  readonly kept = new Map<string, string>();
  readonly tried: string[] = [];

  constructor(
    private readonly host: string,
    private readonly publicSuffixes: string[],
    protocol = 'https:',
  ) {
    Object.assign(globalThis, { document: this, location: { hostname: host, protocol } });
  }

  get cookie(): string {
    return [...this.kept].map(([place, value]) => `${place.split(' ')[0] ?? ''}=${value}`).join('; ');
  }

  set cookie(text: string) {
    this.tried.push(text);
    const [pair = '', ...attributes] = text.split(';');
    const given = (name: string) =>
      attributes.find((attribute) => attribute.startsWith(name + '='))?.slice(name.length + 1) ?? '';
    const domain = given('domain');
    if (domain && (this.publicSuffixes.includes(domain) || !`.${this.host}`.endsWith(`.${domain}`))) return;
    const name = pair.split('=')[0] ?? '';
    const value = pair.slice(name.length + 1);
    if (given('max-age') === '0') this.kept.delete(`${name} ${domain}`);
    else this.kept.set(`${name} ${domain}`, value);
  }
}
