/** The part of Vite's import.meta.env that the page uses. */
interface ImportMetaEnv {
  /** Where the page is served, with a slash at the end. */
  readonly BASE_URL: string;
}

interface ImportMeta {
  readonly env: ImportMetaEnv;
}
