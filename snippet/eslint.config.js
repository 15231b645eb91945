import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/*.js'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      // Both read well and are sure of their types: a number or a list of texts in a template.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowArray: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { boolean: true } }],
    },
  },
  {
    files: ['**/src/**'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': ['error', 'name', 'event', 'alert'],
      'max-lines': ['error', 60],
      complexity: ['error', 9],
      // The queue's entries are keys of localStorage, which know no other way of being deleted as simply.
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
  {
    files: ['web/src/**'], // no page of somebody else has to carry these
    rules: { 'max-lines': ['error', 120] },
  },
);
