interface Manifest {
  bin?: Record<string, string>;
  exports: Record<string, unknown>;
}
export function publishedManifest(manifest: object): Manifest;
