/**
 * Sets an input as if a person had typed. React remembers what is set through the element, and takes an event for news
 * only where the value has changed past that.
 */
export const typeIn = (input: HTMLInputElement, value: string): void => {
  input.value = '';
  Reflect.set(HTMLInputElement.prototype, 'value', value, input);
  input.dispatchEvent(new Event('input', { bubbles: true }));
};
