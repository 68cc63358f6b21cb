/** Style sheets are imported for their side effect; Vite collects them into one file. */
declare module '*.css';
