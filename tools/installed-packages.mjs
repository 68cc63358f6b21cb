/**
 * An esbuild plugin: installed packages stay outside the bundle, while the code of `ours`, by package name,
 * goes in.
 */
export const installedPackagesStayOutside = (ours) => ({
  name: 'installed-packages-stay-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./#]/ }, ({ path: name, kind }) =>
      kind === 'entry-point' || ours.includes(name.split('/')[0])
        ? undefined
        : { path: name, external: true },
    );
  },
});
