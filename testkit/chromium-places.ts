/**
 * Where a Chromium may be, in the order of preference. The headless shell is the same engine without the window around
 * it: a page takes half the CPU to open, and an idle one next to none.
 */
export const CHROMIUM_PLACES = [
  ...(process.env.CHROMIUM_PATH ? [process.env.CHROMIUM_PATH] : []),
  // The script in /usr/bin would stay between the browser and who ends it.
  '/usr/lib/chromium/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
