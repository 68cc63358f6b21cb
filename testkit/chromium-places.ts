/**
 * Paths at which Chromium may be installed, in order of preference. The headless shell has the same engine
 * without the window around it: opening a page takes half the CPU, and an idle page almost none.
 */
export const CHROMIUM_PLACES = [
  ...(process.env.CHROMIUM_PATH ? [process.env.CHROMIUM_PATH] : []),
  // The wrapper script in /usr/bin would be a process between the browser and the test that ends it.
  '/usr/lib/chromium/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
