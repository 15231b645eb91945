import path from 'node:path';

const snippet = path.resolve(import.meta.dirname, '../..');
const root = path.dirname(snippet);

/** Where things lie. What is built for the tests goes under node_modules, which no tool looks into. */
export const paths = {
  root,
  pages: path.join(snippet, 'pages'),
  modules: path.join(root, 'node_modules'),
  built: path.join(root, 'node_modules/.cache/tributary'),
};
