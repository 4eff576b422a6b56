const methodNames: Readonly<Record<string, string>> = { ztw: 'ZTW', sdn: 'SDN', plain: 'Chain' };

/** Names for bundles in a report: the method and, if several share it, the folder. */
export function bundleLabels(
  bundles: readonly { readonly folder: string; readonly method: string }[],
): readonly string[] {
  return bundles.map(({ folder, method }) => {
    const name = methodNames[method] ?? method;
    const alike = bundles.filter((other) => other.method === method);
    return alike.length === 1
      ? name
      : `${name} (${shortestUnique(
          folder,
          alike.map((other) => other.folder),
        )})`;
  });
}

/** The shortest end of a path that distinguishes it from the others. */
function shortestUnique(folder: string, folders: readonly string[]): string {
  const parts = folder.split('/').filter((part) => part !== '');
  for (let count = 1; count < parts.length; count++) {
    const end = parts.slice(-count).join('/');
    if (folders.filter((other) => other.replace(/\/+$/, '').endsWith(`/${end}`) || other === end).length === 1)
      return end;
  }
  return parts.join('/');
}
