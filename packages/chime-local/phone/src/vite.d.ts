/** The part of Vite's import.meta.env that the page uses. */
interface ImportMetaEnv {
  /** The path under which the page is served, with a trailing slash. */
  readonly BASE_URL: string;
}

interface ImportMeta {
  readonly env: ImportMetaEnv;
}
