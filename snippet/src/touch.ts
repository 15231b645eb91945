/** An affiliate's parameter seen by this visitor. The order of the fields is that of our cookie. */
export interface Touch {
  kind: 'id' | 'code';
  affiliate: string;
  /** Milliseconds since 1970. */
  at: number;
}
